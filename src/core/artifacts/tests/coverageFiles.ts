import { readLcov } from './lcov';
import type { CoveredFile } from './coverage';
import { readXmlCoverage } from './xmlCoverage';

/** Whether a file of an archive may be a coverage report, by its name alone. */
export function isCoverageName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'lcov.info' || name.endsWith('.lcov')) return true;
  return name.endsWith('.xml') && ['coverage', 'cobertura', 'jacoco'].some((word) => name.includes(word));
}

/** Reads an lcov, Cobertura or JaCoCo report; undefined if it is none of these. */
export async function readCoverage(path: string, bytes: Uint8Array): Promise<readonly CoveredFile[] | undefined> {
  const text = Buffer.from(bytes).toString('utf8');
  return path.toLowerCase().endsWith('.xml') ? readXmlCoverage(text) : readLcov(text);
}

const javaFolders = ['src/main/java/', 'src/main/kotlin/', 'src/main/scala/', 'src/main/groovy/'];

/** Folders above a report in which its files are looked for, and the longest path of a file in UTF-16 units. */
const [maxFolders, longestPath] = [20, 1_000];

/** Paths under which a covered file may be in the repository, the likeliest first. @param report path in the archive */
export function candidatesOf({ paths }: CoveredFile, report: string): readonly string[] {
  const folders = report.split('/').slice(0, -1);
  const around = folders.slice(0, maxFolders).map((_, at) => `${folders.slice(0, folders.length - at).join('/')}/`);
  return paths.flatMap((path) => {
    if (path.length > longestPath) return [];
    if (path.startsWith('/') || /^[a-z]:/i.test(path)) return [path];
    const isJava = /\.(?:java|kt|scala|groovy)$/.test(path);
    const inSources = isJava ? [...javaFolders.map((folder) => folder + path), path] : [path];
    return [...around, ''].flatMap((folder) => inSources.map((one) => folder + one));
  });
}
