import { Range, ThemeColor } from 'vscode';
import { formatDuration } from '../text/timeText';
import { LogDecoration } from './logDecoration';
import type { Logs } from './logs';

/** Shows the duration of each section after its header, visible even when the section is folded. */
export function logDurations(logs: Logs): LogDecoration {
  const after = {
    color: new ThemeColor('editorCodeLens.foreground'),
    fontStyle: 'normal',
    fontWeight: 'normal',
    margin: '0 0 0 2ch',
  };
  return new LogDecoration(logs, { after }, ({ sections }, lines, { document }) =>
    sections.flatMap(({ start, seconds }) => {
      if (seconds === undefined || !lines.has(start)) return [];
      const end = document.lineAt(start).text.length;
      const contentText = formatDuration(seconds);
      return [{ range: new Range(start, end, start, end), renderOptions: { after: { contentText } } }];
    }),
  );
}
