import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DocumentLink, Range, Uri, type CancellationToken, type DocumentLinkProvider, type TextDocument } from 'vscode';
import { inTurns } from '../../core/inTurns';
import { locationsIn, type Location } from '../../core/log/locations';
import type { Log } from '../../core/log/log';
import { pathsInRepository } from './containerPath';
import type { Logs } from './logs';

interface Placed extends Location {
  readonly at: number;
  readonly path: string;
}

interface Found {
  /** Lines before it are looked through. */
  upTo: number;
  readonly places: Placed[];
}

/** Lines looked through before others have their turn. */
const linesAtOnce = 2000;
const statsAtOnce = 16;
/** More than that nobody clicks. */
const mostLinks = 5000;

/** Links to files of the repository that exist, and those that the log has itself. Other URLs VS Code finds. */
export class LogLinks implements DocumentLinkProvider {
  private readonly found = new WeakMap<Log, Found>();

  constructor(private readonly logs: Logs) {}

  async provideDocumentLinks(document: TextDocument, token: CancellationToken): Promise<DocumentLink[]> {
    const open = this.logs.of(document.uri);
    if (open === undefined) return [];
    const { log, port } = open;
    const lineCount = Math.min(document.lineCount, log.lines.length);
    const places = (await this.placesIn(log, token)).filter(({ at }) => at < lineCount).slice(0, mostLinks);
    const files = await existing(places, Uri.parse(port.root).fsPath, port.target.project);
    const toFiles = places.flatMap((place) => toLink(place, files.get(place.path)) ?? []);
    return [...toFiles, ...ownLinks(log, lineCount)];
  }

  /** What is known of the lines before is kept; the last may still grow. */
  private async placesIn(log: Log, token: CancellationToken): Promise<readonly Placed[]> {
    const found = this.found.get(log) ?? { upTo: 0, places: [] };
    this.found.set(log, found);
    while (found.upTo < log.lines.length - 1 && !token.isCancellationRequested) {
      const end = Math.min(found.upTo + linesAtOnce, log.lines.length - 1);
      for (; found.upTo < end; found.upTo++) found.places.push(...placesOn(log, found.upTo));
      await nextTurn();
    }
    return [...found.places, ...placesOn(log, log.lines.length - 1)];
  }
}

function placesOn(log: Log, at: number): readonly Placed[] {
  return locationsIn(log.lines[at] ?? '').flatMap((place) =>
    place.path === undefined ? [] : [{ ...place, path: place.path, at }],
  );
}

/** By the path as the log has it. */
async function existing(
  places: readonly Placed[],
  root: string,
  project: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = [...new Set(places.map(({ path }) => path))];
  const files = new Map<string, string>();
  await inTurns(paths, statsAtOnce, async (path) => {
    for (const file of pathsInRepository(path, root, project)) {
      if (!(await isFile(file))) continue;
      files.set(path, file);
      return;
    }
  });
  return files;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function toLink({ at, start, end, line, column }: Placed, file: string | undefined): DocumentLink | undefined {
  if (file === undefined) return undefined;
  // As VS Code writes a place in a file.
  const place = line === undefined ? '' : `#L${line}${column === undefined ? '' : `,${column}`}`;
  return new DocumentLink(new Range(at, start, at, end), Uri.parse(`${Uri.file(file).toString()}${place}`, true));
}

function ownLinks(log: Log, lineCount: number): readonly DocumentLink[] {
  const links: DocumentLink[] = [];
  for (let at = 0; at < lineCount && links.length < mostLinks; at++)
    for (const { start, end, url } of log.links(at))
      if (/^https?:/i.test(url)) links.push(new DocumentLink(new Range(at, start, at, end), Uri.parse(url, true)));
  return links;
}
