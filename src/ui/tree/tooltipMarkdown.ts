import { l10n, MarkdownString } from 'vscode';
import { escaped } from '../text/buildText';
import { timeOf } from '../text/timeText';

/** A line of a tooltip's table; undefined or empty: nothing is known, so there is no line. All of it is plain text. */
export type TooltipLine = readonly [name: string, value: string | undefined];

/** A link that runs a command of VS Code or of ours. */
export interface CommandLink {
  readonly title: string;
  readonly command: (typeof linkCommands)[number];
  /** Of the command; made of JSON alone. */
  readonly argument: unknown;
}

export interface TooltipParts {
  /** Markdown. */
  readonly head: string;
  /** What matters most, in a sentence, as plain text. */
  readonly sentence?: string | undefined;
  readonly lines: readonly TooltipLine[];
  readonly links: readonly CommandLink[];
  /** When it was told, where that was not just now; in ms since 1970. */
  readonly asOf?: number | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

/** What a link in a tooltip may run, and nothing else. */
const linkCommands = ['gitlabBuilds.openLog', 'gitlabBuilds.openInBrowser', 'vscode.open'] as const;

/** Everything but the head and the links is escaped: what comes from outside becomes neither link nor image nor icon. */
export function toTooltip({ head, sentence, lines, links, asOf, now }: TooltipParts): MarkdownString {
  const rows = lines.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`| ${escaped(name)} | ${escaped(value)} |`],
  );
  const table = rows.length === 0 ? [] : ['', '| | |', '|:--|:--|', ...rows];
  const below = [
    ...(links.length === 0 ? [] : [links.map(toLink).join(' · ')]),
    ...(asOf === undefined ? [] : [escaped(ageWords(asOf, now))]),
  ];
  const above = sentence === undefined || sentence === '' ? [] : ['', escaped(sentence)];
  const text = [head, ...above, ...table, ...below.flatMap((line) => ['', line])].join('\n');
  const markdown = new MarkdownString(text);
  if (links.length > 0) markdown.isTrusted = { enabledCommands: linkCommands };
  return markdown;
}

/** Of what is not fresh. Both in ms since 1970. */
export function ageWords(asOf: number, now: number): string {
  return l10n.t('Out of date: as of {0}', timeOf(asOf, now));
}

/** A link to a web page; none where there is no address. */
export function pageLink(title: string, url: string | undefined): readonly CommandLink[] {
  return url === undefined ? [] : [{ title, command: 'vscode.open', argument: url }];
}

function toLink({ title, command, argument }: CommandLink): string {
  const query = encodeURIComponent(JSON.stringify([argument]).toWellFormed());
  // Markdown would take a bracket for the end of the link.
  return `[${escaped(title)}](command:${command}?${query.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}
