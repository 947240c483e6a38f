import { env, l10n } from 'vscode';

/**
 * The form of a sentence that a count takes in the display language: `one` and `other` are the only two that the
 * languages of `l10n/` have for whole numbers below a million. Sentences without a translation are English.
 */
export function plural(count: number, one: string, other: string): string {
  return new Intl.PluralRules(textLanguage()).select(count) === 'one' ? one : other;
}

/** The language that texts are in: the display language if they are translated into it, else English. */
export function textLanguage(): string {
  return l10n.bundle === undefined ? 'en' : env.language;
}
