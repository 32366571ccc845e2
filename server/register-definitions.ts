import { authorityDefinition } from '#domain/catalogue/authorities/authority-definition.ts';
import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import { exceptionDefinition } from '#domain/catalogue/rules/exception-definition.ts';
import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';
import { holdingsDefinition } from '#domain/statistics/holdings/holdings-definition.ts';

/** The registers an archive keeps. Each checks what it is sent before it takes it for one of its own. */
export const REGISTER_DEFINITIONS = [
	fondsDefinition,
	authorityDefinition,
	holdingsDefinition,
	exceptionDefinition,
] as unknown as readonly RegisterDefinition[];
