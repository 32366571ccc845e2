import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';

/** The registers an archive keeps. */
export const REGISTER_DEFINITIONS: readonly RegisterDefinition[] = [];
