import { l10n } from 'vscode';
import { formatSize } from '../text/buildText';
import type { Command } from './command';

/** What editors show stays until they are closed; what is looked at again is asked of GitLab again. */
export const clearArtifactsCache: Command = async ({ cache, report }) => {
  const { count, bytes } = await cache.clear();
  report.done(
    count === 0
      ? l10n.t('The artifacts cache was already empty')
      : count === 1
        ? l10n.t('Artifacts cache cleared: 1 file, {0}', formatSize(bytes))
        : l10n.t('Artifacts cache cleared: {0} files, {1}', count, formatSize(bytes)),
  );
};
