import type { TakenNumber } from '#client/device/number-blocks.ts';

/** Takes the number that was chosen, durably; undefined when none is left by then. */
export type TakeNumber = () => Promise<TakenNumber | undefined>;
