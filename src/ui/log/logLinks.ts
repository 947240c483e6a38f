import { DocumentLink, Range, Uri, type CancellationToken, type DocumentLinkProvider, type TextDocument } from 'vscode';
import { locationsOf, type Location } from '../../core/log/locations';
import type { Log } from '../../core/log/log';
import { timeSlice } from '../../core/util/timeSlice';
import type { Logs } from './logs';
import { WorkspaceFiles } from '../../core/log/workspaceFiles';

interface Placed extends Location {
  readonly at: number;
  readonly path: string;
}

interface Found {
  /** Number of lines processed. */
  upTo: number;
  readonly places: Placed[];
  /** Links that the log itself contains. */
  readonly own: DocumentLink[];
}

/** Maximum number of links. */
const mostLinks = 5000;

/**
 * Provides links to existing files of the repository, and those that the log itself contains. VS Code finds other URLs.
 */
export class LogLinks implements DocumentLinkProvider {
  private readonly found = new WeakMap<Log, Found>();

  constructor(private readonly logs: Logs) {}

  async provideDocumentLinks(document: TextDocument, token: CancellationToken): Promise<DocumentLink[]> {
    const open = this.logs.of(document.uri);
    if (open === undefined) return [];
    const { log, port } = open;
    const { places, own } = await this.lookThrough(log, token);
    const lineCount = Math.min(document.lineCount, log.lines.length);
    const shown = places.filter(({ at }) => at < lineCount).slice(0, mostLinks);
    const files = new WorkspaceFiles(Uri.parse(port.root).fsPath, port.target.project);
    await files.look(shown.map(({ path }) => path));
    const toFiles = shown.flatMap((place) => toLink(place, files.of(place.path)) ?? []);
    return [...toFiles, ...own.filter(({ range }) => range.start.line < lineCount)];
  }

  /** Finds links, continuing from the previous call; the last line may still grow. Yields to other work meanwhile. */
  private async lookThrough(log: Log, token: CancellationToken): Promise<Pick<Found, 'places' | 'own'>> {
    const found = this.found.get(log) ?? { upTo: 0, places: [], own: [] };
    this.found.set(log, found);
    const share = timeSlice();
    while (found.upTo < log.lines.length - 1 && !token.isCancellationRequested) {
      await lookThroughSome(log, found, share);
    }
    const last = { upTo: found.upTo, places: [...found.places], own: [...found.own] };
    if (log.lines.length > 0) lookAt(log, last, locationsOf(log.lines));
    return last;
  }
}

async function lookThroughSome(log: Log, found: Found, share: () => Promise<void> | undefined): Promise<void> {
  // The current lines; more may arrive while this yields.
  const { lines } = log;
  const locationsAt = locationsOf(lines);
  while (found.upTo < lines.length - 1) {
    lookAt(log, found, locationsAt);
    const turn = share();
    if (turn !== undefined) return turn;
  }
}

function lookAt(log: Log, found: Found, locationsAt: (at: number) => readonly Location[]): void {
  const at = found.upTo++;
  if (found.places.length < mostLinks)
    for (const place of locationsAt(at))
      if (place.path !== undefined) found.places.push({ ...place, path: place.path, at });
  if (found.own.length >= mostLinks) return;
  for (const { start, end, url } of log.links(at))
    if (/^https?:/i.test(url)) found.own.push(new DocumentLink(new Range(at, start, at, end), Uri.parse(url, true)));
}

function toLink({ at, start, end, line, column }: Placed, file: string | undefined): DocumentLink | undefined {
  if (file === undefined) return undefined;
  // VS Code's syntax for a position in a file.
  const place = line === undefined ? '' : `#L${line}${column === undefined ? '' : `,${column}`}`;
  return new DocumentLink(new Range(at, start, at, end), Uri.parse(`${Uri.file(file).toString()}${place}`, true));
}
