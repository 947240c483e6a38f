import { escaped } from '../../core/util/markdown';
import { Hover, l10n, MarkdownString, type HoverProvider, type Position, type TextDocument } from 'vscode';
import { localTime } from '../text/timeText';
import type { Logs } from './logs';

/** Shows when a line was written, if the runner recorded it. */
export class LogHover implements HoverProvider {
  constructor(private readonly logs: Logs) {}

  provideHover({ uri }: TextDocument, { line }: Position): Hover | undefined {
    const log = this.logs.of(uri)?.log;
    const at = log?.timestamp(line);
    if (log === undefined || at === undefined) return undefined;
    const time = localTime(new Date(at).toISOString()) ?? '';
    const words = log.stream(line) === 'stderr' ? l10n.t('{0}, standard error', time) : time;
    return new Hover(new MarkdownString(escaped(words)));
  }
}
