/** What stands for the host, and for all its guests, in records, settings and settings' files. No guest is called so. */
export const ALL_GUESTS = "*";
