import { authorityDefinition } from '#domain/catalogue/authorities/authority-definition.ts';
import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';
import { holdingsDefinition } from '#domain/statistics/holdings/holdings-definition.ts';

/** A definition among those of other contents: what is not a content of its own, its `check` refuses before all else. */
function kept<C extends object>(definition: RegisterDefinition<C>): RegisterDefinition {
	return definition as unknown as RegisterDefinition;
}

/** The registers an archive keeps. */
export const REGISTER_DEFINITIONS: readonly RegisterDefinition[] = [
	kept(fondsDefinition),
	kept(authorityDefinition),
	kept(holdingsDefinition),
];
