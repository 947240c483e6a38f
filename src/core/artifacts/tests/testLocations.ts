import { locationsIn } from '../../log/locations';
import type { FailedTest } from './testReport';

/** Where a failed test may be in the repository. */
export interface TestLocation {
  /** Path as in a log: relative, or absolute in a container. */
  readonly path: string;
  /** 1-based, as `column`. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

const linesRead = 200;
const maxPlaces = 80;
const longestName = 300;
/** Maximum number of package folders to try. */
const deepestPackage = 6;
const classEndings = ['.java', '.kt', '.groovy', '.scala', '.cs', '.php'];
const javaFolders = ['', 'src/test/java/', 'src/test/kotlin/', 'src/test/groovy/', 'src/test/scala/', 'src/main/java/'];

/**
 * Candidate locations of a failed test, most likely first; the first that exists is meant. `report`: path of the report
 * in the archive, because tests in a subproject have paths relative to it.
 */
export function testLocations(test: FailedTest, report: string): readonly TestLocation[] {
  const places = new Map<string, TestLocation>();
  for (const place of named(test)) {
    if (places.size >= maxPlaces) break;
    for (const path of pathsOf(place.path, test, report)) {
      const key = `${path}:${place.line ?? ''}`;
      if (!places.has(key)) places.set(key, { ...place, path });
    }
  }
  return [...places.values()].slice(0, maxPlaces);
}

/** Locations in the test's data: its own file at the line in the stack trace, then other files of the stack trace. */
function named(test: FailedTest): readonly TestLocation[] {
  const { file, line, message = '', text = '' } = test;
  const traced = `${text}\n${message}`
    .split(/\r?\n/, linesRead)
    .flatMap((one) => locationsIn(mapped(one)))
    .flatMap(({ path, line: at, column }) => (path === undefined ? [] : [{ path, line: at, column }]));
  const tracedIn = (path: string) => traced.find((place) => nameOf(place.path) === nameOf(path));
  if (file !== undefined) {
    const [path, within] = [plain(file), tracedIn(file)];
    return [{ path, line: within?.line ?? line, column: within?.column }, ...traced];
  }
  const own = [test.classname, test.name, test.suite].flatMap((name) => (name === undefined ? [] : filesNamed(name)));
  const inTrace = own.flatMap((path) => {
    const within = tracedIn(path);
    return within === undefined ? [] : [{ ...within, path }];
  });
  const position = line === undefined ? lineSaid(text) : { line };
  return [...inTrace, ...traced, ...own.map((path) => ({ path, ...position }))];
}

/** Line and column with which a linter's report begins: `line 11, col 31, …`, `L3 |<p>`. */
function lineSaid(text: string): Pick<TestLocation, 'line' | 'column'> {
  const [, line, column, marked] =
    /^(?:line (\d{1,7})(?:, col(?:umn)? (\d{1,6}))?\b|L(\d{1,7}) \|)/.exec(text.trimStart()) ?? [];
  if (line === undefined) return marked === undefined ? {} : { line: Number(marked) };
  return { line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
}

/** Files that a test, class or suite name may refer to: `src/sum.test.js`, `tests.test_math.TestSum`. */
function filesNamed(name: string): readonly string[] {
  const [first = ''] = mapped(name.slice(0, longestName)).split('::', 1);
  if (/^\S{1,200}\.[A-Za-z]{1,5}$/.test(first) && first.includes('/')) return [plain(first)];
  const parts = first.split('.');
  if (parts.length < 2 || !parts.every((part) => /^[A-Za-z_][\w$]{0,100}$/.test(part))) return [];
  const paths = [parts.join('/'), parts.slice(0, -1).join('/')];
  const isClass = /^[A-Z]/.test(parts.at(-1) ?? '');
  const [whole = '', outer = ''] = paths;
  return isClass
    ? [...classEndings.map((ending) => whole + ending), `${outer}.py`]
    : [`${whole}.py`, `${whole}.rb`, `${outer}.py`];
}

/** Candidate paths, most specific first: in the folders of the report and the package, then in the root. */
function pathsOf(path: string, { classname = '' }: FailedTest, report: string): readonly string[] {
  if (/^(?:[/\\]|[a-z]:)/i.test(path)) return [path];
  const inFolders = path.includes('/') ? [path] : [...inPackage(path, classname), path];
  const isJava = /\.(?:java|kt|groovy|scala)$/.test(path);
  const sources = isJava ? inFolders.flatMap((one) => javaFolders.map((folder) => folder + one)) : inFolders;
  return [...foldersOf(report), ''].flatMap((folder) => sources.map((one) => folder + one));
}

/** Candidate paths in a Go package: Go names only the file, and the package as `host/project/folder`. */
function inPackage(path: string, classname: string): readonly string[] {
  const parts = classname.split('/');
  if (parts.length < 2) return [];
  const last = parts.slice(-deepestPackage);
  return last.map((_, index) => `${last.slice(index).join('/')}/${path}`);
}

/** Parent folders, innermost first, each with a trailing `/`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1).slice(0, 6);
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`);
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function plain(path: string): string {
  return mapped(path).replace(/^(?:\.[/\\])+/, '');
}

/** Converts URLs of bundlers and files to paths: `webpack://app/./src/a.ts` → `src/a.ts`. */
function mapped(text: string): string {
  return text
    .replace(/webpack(?:-internal)?:\/\/[\w.@-]{0,100}\/(?:\([\w-]{1,40}\)\/)?(?:\.\/)?/g, '')
    .replace(/file:\/\/\/([A-Za-z]:)/g, '$1')
    .replaceAll('file://', '');
}
