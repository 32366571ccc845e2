import { authorityDefinition } from '#domain/catalogue/authorities/authority-definition.ts';
import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import { exceptionDefinition } from '#domain/catalogue/rules/exception-definition.ts';
import { LOCAL_FIELDS } from '#domain/catalogue/registers/local-field.ts';
import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';
import { figuresDefinition } from '#domain/statistics/holdings/figures-definition.ts';
import { holdingsDefinition } from '#domain/statistics/holdings/holdings-definition.ts';

/** The registers an archive keeps. Each checks what it is sent before it takes it for one of its own. */
export const REGISTER_DEFINITIONS = [
	fondsDefinition,
	authorityDefinition,
	holdingsDefinition,
	exceptionDefinition,
	LOCAL_FIELDS,
	figuresDefinition,
] as unknown as readonly RegisterDefinition[];
