/** Workspace pages are rendered on the device alone, so that they can open without a network. */
export const ssr = false;
