import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';

/** The registers an archive keeps. */
export const REGISTER_DEFINITIONS: readonly RegisterDefinition[] = [
	fondsDefinition as unknown as RegisterDefinition,
];
