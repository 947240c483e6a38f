import { locationsIn } from '../../log/locations';
import type { FailedTest } from './junit';

/** Where a failed test may be in the repository. */
export interface TestLocation {
  /** As a log would have it: relative, or absolute in a container. */
  readonly path: string;
  /** 1-based, as `column`. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

const linesRead = 200;
const mostPlaces = 80;
const javaFolders = ['', 'src/test/java/', 'src/test/kotlin/', 'src/test/groovy/', 'src/test/scala/', 'src/main/java/'];

/**
 * The places that a failed test names, the likeliest first; of these the first that exists is meant. `report`: the path
 * of the report in the archive, since tests of a part of a repository name files from there.
 */
export function testLocations(test: FailedTest, report: string): readonly TestLocation[] {
  const places: TestLocation[] = [];
  for (const place of named(test)) {
    if (places.length >= mostPlaces) break;
    for (const path of pathsOf(place.path, test, report)) places.push({ ...place, path });
  }
  return places.slice(0, mostPlaces);
}

/** The test's own file first, at the line of the trace in it; else what the trace names, as it comes. */
function named(test: FailedTest): readonly TestLocation[] {
  const { file, line, message = '', text = '' } = test;
  const traced = `${text}\n${message}`
    .split(/\r?\n/, linesRead)
    .flatMap((one) => locationsIn(one))
    .flatMap(({ path, line: at, column }) => (path === undefined ? [] : [{ path, line: at, column }]));
  if (file === undefined) return traced;
  const name = nameOf(file);
  const within = traced.find(({ path }) => nameOf(path) === name);
  return [{ path: plain(file), line: within?.line ?? line, column: within?.column }, ...traced];
}

function pathsOf(path: string, { classname = '' }: FailedTest, report: string): readonly string[] {
  if (/^(?:[/\\]|[a-z]:)/i.test(path)) return [path];
  const inFolders = path.includes('/') ? [path] : [path, ...inPackage(path, classname)];
  const isJava = /\.(?:java|kt|groovy|scala)$/.test(path);
  const sources = isJava ? inFolders.flatMap((one) => javaFolders.map((folder) => folder + one)) : inFolders;
  return ['', ...foldersOf(report)].flatMap((folder) => sources.map((one) => folder + one));
}

/** Go names the file alone, and the package as `host/project/folder`. */
function inPackage(path: string, classname: string): readonly string[] {
  const parts = classname.split('/').slice(0, 12);
  return parts.length < 2 ? [] : parts.map((_, index) => `${parts.slice(index).join('/')}/${path}`);
}

/** Those that it is in, the innermost first, each with `/` at its end. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1).slice(0, 6);
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`);
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function plain(path: string): string {
  return path.replace(/^file:\/\//, '').replace(/^(?:\.[/\\])+/, '');
}
