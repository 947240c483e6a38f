import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import type { Pipeline } from '../../core/model/pipeline';
import type { Verdict } from '../../core/model/verdict';
import { buildTitle, statusLabel } from './buildText';
import { oneLine } from './failures';

/** Result of a watched build. */
export function watchedBuildSentence(build: Build): string {
  const title = buildTitle(build);
  switch (build.status) {
    case 'success':
      return l10n.t('{0} passed', title);
    case 'failed':
      return l10n.t('{0} failed', title);
    case 'canceled':
      return l10n.t('{0} was canceled', title);
    default:
      return l10n.t('{0} finished: {1}', title, statusLabel(build.status));
  }
}

/** Result of a watched pipeline. */
export function watchedPipelineSentence({ id, ref }: Pipeline, { status, failed, builds }: Verdict): string {
  const name = oneLine(ref);
  if (failed.length > 0)
    return l10n.t('Pipeline #{0} of {1}: {2} of {3} builds failed', id, name, failed.length, builds.length);
  return l10n.t('Pipeline #{0} of {1}: {2}', id, name, statusLabel(status ?? ''));
}
