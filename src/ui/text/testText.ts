import { l10n } from 'vscode';
import type { FailedTest } from '../../core/artifacts/tests/testReport';
import { oneLine } from './failures';

/** How often the test has failed recently; undefined if GitLab doesn't say. */
export function recentlyWords({ recentFailures }: FailedTest): string | undefined {
  if (recentFailures === undefined) return undefined;
  const { count, branch } = recentFailures;
  return count === 1
    ? l10n.t('Failed once in 14 days on {0}', oneLine(branch))
    : l10n.t('Failed {0} times in 14 days on {1}', count, oneLine(branch));
}
