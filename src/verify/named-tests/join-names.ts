/** Groups that would make the path longer are left out of it, so that long names around many tests stay cheap. */
export const longestPath = 1_000;

/** The full name of a test: its groups, outermost first, then its own. */
export function joinNames(groups: readonly string[], own: string): string {
  const path = groups.reduce(addGroup, '');
  return path === '' || own === '' ? `${path}${own}` : `${path} > ${own}`;
}

/** The path with one more group in it. */
export function addGroup(path: string, group: string): string {
  if (path === '' || group === '') return group.length <= longestPath ? `${path}${group}` : path;
  return path.length + group.length + 3 <= longestPath ? `${path} > ${group}` : path;
}
