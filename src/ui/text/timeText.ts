import { l10n } from 'vscode';
import { ageText } from './ageText';
import { plural } from './plural';

/** Seconds as a clock: `0:07`, `3:10`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const [hours, minutes, rest] = split(seconds);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const end = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(rest)}`;
  return hours > 0 ? `${hours}:${end}` : end;
}

/** Seconds in words, for screen readers: `1 hour 3 seconds`. */
export function durationInWords(seconds: number): string {
  const [hours, minutes, rest] = split(seconds);
  const parts = [
    hours === 0 ? '' : plural(hours, l10n.t('{0} hour', hours), l10n.t('{0} hours', hours)),
    minutes === 0 ? '' : plural(minutes, l10n.t('{0} minute', minutes), l10n.t('{0} minutes', minutes)),
    rest === 0 && hours + minutes > 0 ? '' : plural(rest, l10n.t('{0} second', rest), l10n.t('{0} seconds', rest)),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Seconds rounded to minutes: `3 min`, `1 h 5 min`. */
export function formatMinutes(seconds: number): string {
  const [hours, minutes] = split(seconds);
  if (hours > 0) return l10n.t('{0} h {1} min', hours, minutes);
  return minutes > 0 ? l10n.t('{0} min', minutes) : l10n.t('under 1 min');
}

/** Like `formatMinutes`, in words for screen readers. */
export function minutesInWords(seconds: number): string {
  return seconds < 60 ? l10n.t('under a minute') : durationInWords(Math.floor(seconds / 60) * 60);
}

function split(seconds: number): readonly [hours: number, minutes: number, seconds: number] {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
}

/** Time of day such as `14:05`, with the date unless it is today. */
export function timeOf(time: number, now: number): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday
    ? date.toLocaleTimeString(undefined, { timeStyle: 'short' })
    : date.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
}

/** Age such as `3 min ago`; undefined if invalid or in the future of the local clock. `now` in ms since 1970. */
export function agoWords(iso: string | undefined, now: number): string | undefined {
  const time = Date.parse(iso ?? '');
  return time > now ? undefined : ageText(time, now);
}

/** Local date and time in the user's format; undefined if invalid. */
export function localTime(iso: string | undefined): string | undefined {
  if (iso === undefined || iso === '') return undefined;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? undefined : date.toLocaleString();
}
