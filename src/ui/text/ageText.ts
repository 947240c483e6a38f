import { l10n } from 'vscode';
import { plural } from './plural';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** Age such as "5 min ago"; both times in ms since 1970. Undefined if the time is unknown. */
export function ageText(time: number, now: number): string | undefined {
  if (Number.isNaN(time)) return undefined;
  const age = Math.max(now - time, 0);
  if (age < minute) return l10n.t('just now');
  if (age < hour) return l10n.t('{0} min ago', Math.floor(age / minute));
  if (age < day) return l10n.t('{0} h ago', Math.floor(age / hour));
  const days = Math.floor(age / day);
  return plural(days, l10n.t('{0} day ago', days), l10n.t('{0} days ago', days));
}
