import { escaped } from '../../core/util/markdown';
import { l10n, MarkdownString } from 'vscode';
import { timeOf } from '../text/timeText';

/** A line of a tooltip's table, as plain text; omitted if the value is undefined or empty. */
export type TooltipLine = readonly [name: string, value: string | undefined];

/** A link that runs a command. */
export interface CommandLink {
  readonly title: string;
  readonly command: (typeof linkCommands)[number];
  /** Argument of the command; JSON only. */
  readonly argument: unknown;
}

interface TooltipParts {
  /** First line, in Markdown. */
  readonly head: string;
  /** Most important fact as a sentence, plain text. */
  readonly sentence?: string | undefined;
  readonly lines: readonly TooltipLine[];
  readonly links: readonly CommandLink[];
  /** When the data was loaded, unless just now, in ms since 1970. */
  readonly asOf?: number | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

/** The only commands that links in tooltips may run. */
const linkCommands = [
  'gitlabBuilds.openLog',
  'gitlabBuilds.openInBrowser',
  'gitlabBuilds.goToConfigError',
  'vscode.open',
] as const;

/**
 * Creates a tooltip. All but head and links is escaped, so that untrusted text can't contain links, images or icons.
 */
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

/** Age of data that is out of date. Both times in ms since 1970. */
export function ageWords(asOf: number, now: number): string {
  return l10n.t('Out of date: as of {0}', timeOf(asOf, now));
}

/** Link to a web page, if there is a URL. */
export function pageLink(title: string, url: string | undefined): readonly CommandLink[] {
  return url === undefined ? [] : [{ title, command: 'vscode.open', argument: url }];
}

function toLink({ title, command, argument }: CommandLink): string {
  const query = encodeURIComponent(JSON.stringify([argument]).toWellFormed());
  // Markdown would end the link at a parenthesis.
  return `[${escaped(title)}](command:${command}?${query.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}
