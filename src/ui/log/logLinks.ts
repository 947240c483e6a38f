import {
  DocumentLink,
  l10n,
  Range,
  Uri,
  type CancellationToken,
  type DocumentLinkProvider,
  type TextDocument,
} from 'vscode';
import type { Location } from '../../core/log/location';
import { locationsOf, pathsIn } from '../../core/log/locations';
import type { Log } from '../../core/log/log';
import type { FoundFiles } from '../../core/log/logFileFinder';
import { sortInSlices, timeSlice } from '../../core/util/timeSlice';
import type { CommitDistance, LogFileSource } from '../../core/log/logFileSource';
import type { Logs } from './logs';

interface LinkCandidate extends Location {
  readonly at: number;
  readonly path: string;
}

interface Found {
  /** Number of lines processed. */
  upTo: number;
  /** Reads the locations of these lines. Kept between turns, since it remembers the list above the next line. */
  reader?: { readonly lines: readonly string[]; readonly locationsAt: (at: number) => readonly Location[] };
  /** Paths with a line, and paths alone. */
  readonly places: LinkCandidate[];
  readonly paths: LinkCandidate[];
  /** Links that the log itself contains. */
  readonly own: DocumentLink[];
}

/** Argument of the command behind a link. */
export interface LogLinkTarget {
  /** Address of the log. */
  readonly log: string;
  /** Absolute paths, of which the user selects one. */
  readonly files: readonly string[];
  /** 1-based, like `column`. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** The argument as one word: VS Code decodes the address of a command more than once. */
function toArgument(target: LogLinkTarget): string {
  return Buffer.from(JSON.stringify(target)).toString('base64url');
}

/** Maximum number of links to lines. */
const maxLinks = 5000;
const maxPaths = 2000;
/** Maximum number of files that a link offers; its URI contains them. */
const maxOffered = 50;

/**
 * Provides links to files of the repository, and those that the log itself contains. VS Code finds other URLs.
 */
export class LogLinks implements DocumentLinkProvider {
  private readonly found = new WeakMap<Log, Found>();

  constructor(
    private readonly logs: Logs,
    private readonly source: LogFileSource,
  ) {}

  async provideDocumentLinks(document: TextDocument, token: CancellationToken): Promise<DocumentLink[]> {
    const open = this.logs.of(document.uri);
    if (open === undefined) return [];
    const { log } = open;
    const { places, paths, own } = await this.lookThrough(log, token);
    const lineCount = Math.min(document.lineCount, log.lines.length);
    const isShown = ({ at }: LinkCandidate) => at < lineCount;
    const candidates = [...places.filter(isShown).slice(0, maxLinks), ...paths.filter(isShown).slice(0, maxPaths)];
    const [finder, distance] = await Promise.all([this.source.finderFor(log, open), this.source.distanceOf(open)]);
    const shown = await sortInSlices(candidates, (a, b) => a.at - b.at || a.start - b.start);
    const files = await finder.find(shown);
    const yieldIfDue = timeSlice();
    const toFiles: DocumentLink[] = [];
    for (const [index, place] of shown.entries()) {
      toFiles.push(...toLink(place, files[index], distance, document.uri));
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    return [...toFiles, ...own.filter(({ range }) => range.start.line < lineCount)];
  }

  /** Finds links, continuing from the previous call; the last line may still grow. Yields to other work meanwhile. */
  private async lookThrough(log: Log, token: CancellationToken): Promise<Omit<Found, 'upTo'>> {
    const found: Found = this.found.get(log) ?? { upTo: 0, places: [], paths: [], own: [] };
    this.found.set(log, found);
    const yieldIfDue = timeSlice();
    while (found.upTo < log.lines.length - 1 && !token.isCancellationRequested) {
      await lookThroughSome(log, found, yieldIfDue);
    }
    const last = { upTo: found.upTo, places: [...found.places], paths: [...found.paths], own: [...found.own] };
    if (log.lines.length > 0) lookAt(log, last, readerOf(found, log.lines));
    return last;
  }
}

async function lookThroughSome(log: Log, found: Found, yieldIfDue: () => Promise<void> | undefined): Promise<void> {
  // The current lines; more may arrive while this yields.
  const { lines } = log;
  const locationsAt = readerOf(found, lines);
  while (found.upTo < lines.length - 1) {
    lookAt(log, found, locationsAt);
    const turn = yieldIfDue();
    if (turn !== undefined) return turn;
  }
}

function readerOf(found: Found, lines: readonly string[]): (at: number) => readonly Location[] {
  if (found.reader?.lines !== lines) found.reader = { lines, locationsAt: locationsOf(lines) };
  return found.reader.locationsAt;
}

function lookAt(log: Log, found: Found, locationsAt: (at: number) => readonly Location[]): void {
  const at = found.upTo++;
  if (found.places.length < maxLinks) {
    const places = locationsAt(at);
    for (const place of places) if (place.path !== undefined) found.places.push({ ...place, path: place.path, at });
    if (found.paths.length < maxPaths)
      for (const path of pathsIn(log.lines[at] ?? ''))
        if (places.every(({ start, end }) => path.end <= start || end <= path.start)) found.paths.push({ ...path, at });
  }
  if (found.own.length >= maxLinks) return;
  for (const { start, end, url } of log.links(at))
    if (found.own.length < maxLinks)
      found.own.push(new DocumentLink(new Range(at, start, at, end), Uri.parse(url, true)));
}

/** Link to a file, or to a command of ours if the user must select a file or be warned about another commit first. */
function toLink(
  place: LinkCandidate,
  found: FoundFiles | undefined,
  { sha }: CommitDistance,
  log: Uri,
): readonly DocumentLink[] {
  const [file, rival] = found?.files ?? [];
  if (found === undefined || file === undefined) return [];
  const { at, start, end, line, column } = place;
  const range = new Range(at, found.start ?? start, at, end);
  if (rival === undefined && sha === undefined) {
    // VS Code's format for a location in a file.
    const fragment = line === undefined ? '' : `#L${line}${column === undefined ? '' : `,${column}`}`;
    return [new DocumentLink(range, Uri.parse(`${Uri.file(file).toString()}${fragment}`, true))];
  }
  const target: LogLinkTarget = { log: log.toString(), files: found.files.slice(0, maxOffered), line, column };
  const query = encodeURIComponent(JSON.stringify([toArgument(target)]));
  const link = new DocumentLink(range, Uri.parse(`command:gitlabBuilds.openLogPlace?${query}`, true));
  if (rival !== undefined) link.tooltip = l10n.t('Select one of {0} files', found.files.length);
  return [link];
}
