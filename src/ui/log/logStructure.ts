import {
  DocumentSymbol,
  FoldingRange,
  Range,
  SymbolKind,
  type DocumentSymbolProvider,
  type FoldingRangeProvider,
  type TextDocument,
} from 'vscode';
import * as can from '../../core/model/build';
import { firstError } from '../../core/log/firstError';
import type { Section } from '../../core/log/log';
import { statusLabel } from '../text/buildText';
import { oneLine } from '../text/failures';
import { formatDuration } from '../text/timeText';
import type { Logs } from './logs';

/** Provides sections as folding ranges and as outline. */
export class LogStructure implements FoldingRangeProvider, DocumentSymbolProvider {
  constructor(private readonly logs: Logs) {}

  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    return this.sectionsOf(document)
      .filter(({ start, last }) => last > start)
      .map(({ start, last }) => new FoldingRange(start, last));
  }

  async provideDocumentSymbols(document: TextDocument): Promise<DocumentSymbol[]> {
    const roots: DocumentSymbol[] = [];
    const around: { readonly last: number; readonly symbol: DocumentSymbol }[] = [];
    const open = this.logs.of(document.uri);
    const failedAt = open?.build?.status === 'failed' ? await firstError(open.log) : undefined;
    const isActive = open?.build !== undefined && can.isActive(open.build);
    for (const { section, start, last } of this.sectionsOf(document)) {
      const hasFailed = failedAt !== undefined && start <= failedAt && failedAt <= last;
      const status = hasFailed ? 'failed' : isActive && section.end === undefined ? 'running' : undefined;
      const symbol = toSymbol(section, document, last, status);
      while ((around.at(-1)?.last ?? Infinity) < start) around.pop();
      (around.at(-1)?.symbol.children ?? roots).push(symbol);
      if (around.length < deepest) around.push({ last, symbol });
    }
    return roots;
  }

  /** Sections within the document, which may lag behind the log; sorted by start. */
  private sectionsOf(document: TextDocument): readonly PlacedSection[] {
    const sections = this.logs.of(document.uri)?.log.sections ?? [];
    return place(sections, document.lineCount);
  }
}

interface PlacedSection {
  readonly section: Section;
  readonly start: number;
  /** Last line; for a section that was never closed, that of its parent or of the log. */
  readonly last: number;
}

/** VS Code's limit for folding ranges. */
const maxSections = 5000;
/** Maximum depth of the outline; deeper sections are in the last level. */
const deepest = 50;

export function place(sections: readonly Section[], lineCount: number): readonly PlacedSection[] {
  const around: PlacedSection[] = [];
  return sections.slice(0, maxSections).flatMap((section) => {
    const { start, end } = section;
    if (start >= lineCount) return [];
    while ((around.at(-1)?.last ?? Infinity) < start) around.pop();
    const outer = around.at(-1)?.last ?? lineCount - 1;
    const placed = { section, start, last: Math.max(Math.min(end ?? outer, outer), start) };
    around.push(placed);
    return [placed];
  });
}

function toSymbol(
  { name, header, start, seconds }: Section,
  document: TextDocument,
  last: number,
  status: string | undefined,
): DocumentSymbol {
  const lines = new Range(start, 0, last, document.lineAt(last).text.length);
  const own = new Range(start, 0, start, document.lineAt(start).text.length);
  const parts = [status === undefined ? '' : statusLabel(status), seconds === undefined ? '' : formatDuration(seconds)];
  const detail = parts.filter((part) => part !== '').join(' · ');
  // VS Code rejects symbols without a name.
  return new DocumentSymbol(oneLine(header) || oneLine(name) || '–', detail, SymbolKind.Namespace, lines, own);
}
