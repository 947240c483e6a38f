import type { QuietTest } from './testReport';

/**
 * Labels of the groups that a test belongs to below its build, outermost first: suite, then class. A group that would
 * only repeat the one around it is omitted.
 * @param build name of the build
 */
export function groupsOf({ suite, classname, name }: Pick<QuietTest, 'suite' | 'classname' | 'name'>, build: string) {
  const groups: string[] = [];
  for (const label of [suite, classname]) {
    const around = groups.at(-1) ?? build;
    if (label !== undefined && label !== '' && label !== around && label !== name) groups.push(label);
  }
  return groups;
}
