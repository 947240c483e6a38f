import { l10n } from 'vscode';
import type { DiskError, DownloadInterrupted } from '../../core/model/errors';
import { formatSize } from './buildText';
import { oneLine } from './failures';

/** Why a download couldn't be saved to disk, and what to do. */
export function diskSentence({ kind, ...error }: DiskError): string {
  const detail = oneLine(error.detail);
  switch (kind) {
    case 'outsideWorkspace':
      return l10n.t(
        '"{0}" is outside the workspace folder. Change the setting gitlabBuilds.artifacts.directory.',
        detail,
      );
    case 'incomplete':
      return l10n.t('The download was interrupted after {0} bytes. Nothing was saved. Try again.', detail);
    case 'noSpace':
      return l10n.t('The disk is full. Nothing was saved. Free some space and try again.');
    case 'denied':
      return l10n.t("Couldn't write {0}. Nothing was saved. Check its permissions.", detail);
    case 'inUse':
      return l10n.t('{0} is in use. Nothing was saved. Close it and try again.', detail);
    case 'exists':
      return l10n.t('{0} is in the way. Nothing was saved. Move it and try again.', detail);
    case 'tooBigForCache':
      return tooBigSentence(error.detail);
    case 'disk':
      return l10n.t("Couldn't write the file ({0}). Nothing was saved.", detail);
    default:
      return kind satisfies never;
  }
}

/** `detail`: number of bytes, slash, limit. */
function tooBigSentence(detail: string): string {
  const [bytes = NaN, limit = NaN] = detail.split('/').map(Number);
  if (Number.isNaN(bytes) || Number.isNaN(limit))
    return l10n.t('Too large to preview. Raise the setting gitlabBuilds.artifacts.cacheMegabytes, or download it.');
  return l10n.t(
    'Too large to preview: {0} (limit: {1}). Raise the setting gitlabBuilds.artifacts.cacheMegabytes, or download the artifacts.',
    formatSize(bytes),
    formatSize(limit),
  );
}

/** `why`: the message of what interrupted it. */
export function interruptedSentence({ bytes, total }: DownloadInterrupted, why: string): string {
  const hint = l10n.t(
    '{0} of {1} were kept. The next download continues from there.',
    formatSize(bytes),
    formatSize(total),
  );
  return `${why} ${hint}`;
}
