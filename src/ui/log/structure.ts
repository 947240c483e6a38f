import {
  DocumentSymbol,
  FoldingRange,
  Range,
  SymbolKind,
  type DocumentSymbolProvider,
  type FoldingRangeProvider,
  type TextDocument,
} from 'vscode';
import type { Section } from '../../core/log/log';
import { oneLine } from '../sentences';
import { formatDuration } from '../times';
import type { Logs } from './logs';

/** Sections as folding ranges and as the outline. */
export class LogStructure implements FoldingRangeProvider, DocumentSymbolProvider {
  constructor(private readonly logs: Logs) {}

  provideFoldingRanges(document: TextDocument): FoldingRange[] {
    return this.sectionsOf(document)
      .filter(({ start, last }) => last > start)
      .map(({ start, last }) => new FoldingRange(start, last));
  }

  provideDocumentSymbols(document: TextDocument): DocumentSymbol[] {
    const roots: DocumentSymbol[] = [];
    const around: { readonly last: number; readonly symbol: DocumentSymbol }[] = [];
    for (const { section, start, last } of this.sectionsOf(document)) {
      const symbol = toSymbol(section, document, last);
      while ((around.at(-1)?.last ?? Infinity) < start) around.pop();
      (around.at(-1)?.symbol.children ?? roots).push(symbol);
      around.push({ last, symbol });
    }
    return roots;
  }

  /** Within the document, which may be a step behind the log; in order of their start. */
  private sectionsOf(document: TextDocument): readonly Placed[] {
    const sections = this.logs.of(document.uri)?.log.sections ?? [];
    return place(sections, document.lineCount);
  }
}

export interface Placed {
  readonly section: Section;
  readonly start: number;
  /** Its last line; of one that was never closed, that of the section around it, or of the log. */
  readonly last: number;
}

export function place(sections: readonly Section[], lineCount: number): readonly Placed[] {
  const around: Placed[] = [];
  return sections.flatMap((section) => {
    const { start, end } = section;
    if (start >= lineCount) return [];
    while ((around.at(-1)?.last ?? Infinity) < start) around.pop();
    const outer = around.at(-1)?.last ?? lineCount - 1;
    const placed = { section, start, last: Math.max(Math.min(end ?? outer, outer), start) };
    around.push(placed);
    return [placed];
  });
}

function toSymbol({ name, header, start, seconds }: Section, document: TextDocument, last: number): DocumentSymbol {
  const lines = new Range(start, 0, last, document.lineAt(last).text.length);
  const own = new Range(start, 0, start, document.lineAt(start).text.length);
  const detail = seconds === undefined ? '' : formatDuration(seconds);
  // VS Code refuses a symbol without a name.
  return new DocumentSymbol(oneLine(header) || oneLine(name) || '–', detail, SymbolKind.Namespace, lines, own);
}
