import { l10n } from 'vscode';
import type { History, JudgedCommit } from '../../core/model/history';
import { shortSha } from './buildText';
import { oneLine } from './failures';
import { plural } from './plural';

/** Sentences about since when a build has been failing, as far as its runs are known. */
export function historySentences(history: History): readonly string[] {
  const { flaky } = history;
  return [failingSentence(history), ...(flaky === undefined ? [] : [flakySentence(flaky)])];
}

function failingSentence({ failing, lastGreen }: History): string {
  const first = failing.at(-1);
  if (first === undefined)
    return lastGreen === undefined
      ? l10n.t('It neither passed nor failed on the commits that were checked.')
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

export function flakySentence({ failed, runs }: NonNullable<History['flaky']>): string {
  return l10n.t('Flaky: {0} of the last {1} runs failed on commits where it also passed.', failed, runs);
}

/** Heading of the rows that say since when a build has been failing: `Failing for 3 commits`. */
export function failingTitle(history: History): string {
  const count = history.failing.length;
  if (count === 0) return failingSentence(history);
  return history.lastGreen === undefined
    ? plural(count, l10n.t('Failing for at least {0} commit', count), l10n.t('Failing for at least {0} commits', count))
    : plural(count, l10n.t('Failing for {0} commit', count), l10n.t('Failing for {0} commits', count));
}

/** The first commit on which a build is known to have failed: `since abc12345`. */
export function failingSubject({ failing, lastGreen }: History): string | undefined {
  const first = failing.at(-1);
  if (first === undefined) return undefined;
  const sha = shortSha(first.commit.sha);
  return lastGreen === undefined ? l10n.t('since before {0}', sha) : l10n.t('since {0}', sha);
}

/** Commit in one line: `abc12345 Title (Author)`. */
export function commitLine({ commit }: JudgedCommit): string {
  return l10n.t('{0} {1} ({2})', shortSha(commit.sha), oneLine(commit.title), oneLine(commit.author));
}
