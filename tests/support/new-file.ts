import { beforeAll } from 'vitest';
import { useLocalFields } from '#domain/catalogue/profiles.ts';

// Files of tests share a process. Fields that the archive of an earlier one added are not those of the next.
beforeAll(() => useLocalFields([]));
