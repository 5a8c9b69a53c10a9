/** Nobody reviews a longer spec or work plan; it is refused before it is read. */
export const maxSpecBytes = 1024 * 1024;
