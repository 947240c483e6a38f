import { l10n } from 'vscode';
import type { History, JudgedCommit } from '../../core/model/history';
import { shortSha } from './buildText';
import { oneLine } from './failures';
import { plural } from './plural';

/** Sentences about since when a build has been failing, as far as its runs are known. */
export function historySentences(history: History): readonly string[] {
  return [failingSentence(history), ...flakySentence(history)];
}

function failingSentence({ failing, lastGreen }: History): string {
  const first = failing.at(-1);
  if (first === undefined)
    return lastGreen === undefined
      ? l10n.t('It has neither passed nor failed on the commits that were looked at.')
      : l10n.t('It passed when it was run again on {0}.', shortSha(lastGreen.commit.sha));
  const count = failing.length;
  const since = shortSha(first.commit.sha);
  if (lastGreen === undefined)
    return plural(
      count,
      l10n.t('Failing for at least {0} commit, since before {1}.', count, since),
      l10n.t('Failing for at least {0} commits, since before {1}.', count, since),
    );
  const green = shortSha(lastGreen.commit.sha);
  return plural(
    count,
    l10n.t('Failing for {0} commit, since {1}. Last passed on {2}.', count, since, green),
    l10n.t('Failing for {0} commits, since {1}. Last passed on {2}.', count, since, green),
  );
}

function flakySentence({ flaky }: History): readonly string[] {
  if (flaky === undefined) return [];
  const { failed, runs } = flaky;
  return [l10n.t('Flaky: {0} of the last {1} runs failed on commits where it also passed.', failed, runs)];
}

/** Commit in one line: `abc12345 Title (Author)`. */
export function commitLine({ commit }: JudgedCommit): string {
  return l10n.t('{0} {1} ({2})', shortSha(commit.sha), oneLine(commit.title), oneLine(commit.author));
}
