import { l10n } from 'vscode';
import { localTime } from '../text/timeText';

/** When artifacts expire, as text. */
interface Expiry {
  /** Text for a row. */
  readonly words: string;
  /** Text with the time, for a screen reader. */
  readonly ariaLabel: string;
  /** Sentence for a tooltip. */
  readonly sentence: string;
  /** Whether they expire within a day, or have expired. */
  readonly isNear: boolean;
}

const hourMs = 3600_000;
const dayMs = 24 * hourMs;

/** Text for the expiry; undefined if artifacts don't expire or GitLab doesn't say. `now` in ms since 1970. */
export function expiryWords(expireAt: string | undefined, now: number): string | undefined {
  const left = Date.parse(expireAt ?? '') - now;
  return Number.isNaN(left) ? undefined : wordsOf(left);
}

/** Like `expiryWords`, with more details. */
export function expiryOf(expireAt: string | undefined, now: number): Expiry | undefined {
  const left = Date.parse(expireAt ?? '') - now;
  if (Number.isNaN(left)) return undefined;
  const time = localTime(expireAt) ?? '';
  return left <= 0
    ? { words: wordsOf(left), ariaLabel: expiredOn(time), sentence: l10n.t('They expired on {0}.', time), isNear: true }
    : {
        words: wordsOf(left),
        ariaLabel: l10n.t('expire on {0}', time),
        sentence: l10n.t('They expire on {0}.', time),
        isNear: left <= dayMs,
      };
}

/** Text for artifacts that are gone, regardless of the local clock. */
export function expiredWords(expiredAt: string): string {
  return expiredOn(localTime(expiredAt) ?? '');
}

function expiredOn(time: string): string {
  return l10n.t('expired on {0}', time);
}

function wordsOf(left: number): string {
  const [hours, days] = [Math.ceil(left / hourMs), Math.floor(left / dayMs)];
  if (left <= 0) return l10n.t('expired');
  if (hours === 1) return l10n.t('expires within the hour');
  return left < 2 * dayMs ? l10n.t('expires in {0} hours', hours) : l10n.t('expires in {0} days', days);
}

/** Time in ms until the text changes; undefined: never. */
export function untilOtherWords(expireAt: string | undefined, now: number): number | undefined {
  const left = Date.parse(expireAt ?? '') - now;
  if (Number.isNaN(left) || left <= 0) return undefined;
  return left < 2 * dayMs ? left - (Math.ceil(left / hourMs) - 1) * hourMs : (left % dayMs) + 1;
}
