import { l10n } from 'vscode';
import { hasFailed, type Build } from '../../core/model/build';
import type { Log } from '../../core/log/log';
import { tailOf } from '../../core/log/firstError';
import { buildLabel, buildTitle, escaped, shortSha } from '../text/buildText';

const tailLines = 30;

/** Markdown for a chat or an issue: a build and the end of its log in a code fence, which the log can't break. */
export function failureMarkdown(build: Build, log: Log): string {
  const { stage, commit, ref, webUrl } = build;
  const title = escaped(buildTitle(build));
  const head = webUrl === undefined ? `**${title}**` : `**[${title}](<${webUrl}>)**`;
  const words = hasFailed(build) ? l10n.t('failed in stage {0}', escaped(stage)) : stageWords(build);
  const of = commit === undefined ? escaped(ref) : `${escaped(ref)}, ${shortSha(commit.sha)} ${escaped(commit.title)}`;
  const lines = tailOf(log, tailLines);
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(lines)));
  return [`${head} ${words} (${of})`, '', `${fence}text`, ...lines, fence, ''].join('\n');
}

function stageWords(build: Build): string {
  return l10n.t('{0} in stage {1}', escaped(buildLabel(build)), escaped(build.stage));
}

function longestRun(lines: readonly string[]): number {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []);
  return runs.reduce((longest, { length }) => Math.max(longest, length), 0);
}
