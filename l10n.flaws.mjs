// What can be wrong with a translation.

/** VS Code's names of the languages that the extension is translated into. */
export const languages = ['de', 'es', 'fr', 'ja', 'pt-br', 'zh-cn'];

// What a translation must keep: placeholders, icons, settings by id, and addresses and commands of links.
const kept = [/\{\d+\}/g, /\$\([a-z0-9-]+\)/g, /`[^`]*`/g, /\]\([^)]*\)/g];

/** Sentences that say what is wrong with the translated texts of a file. */
export function flawsOf({ file, english, translated, unchanged }) {
  return [
    ...Object.keys(english).flatMap((key) => flawOf(key, english[key], translated[key], unchanged)),
    ...Object.keys(translated).flatMap((key) => (key in english ? [] : [`${key} is no longer used.`])),
  ].map((flaw) => `${file}: ${flaw}`);
}

function flawOf(key, english, translated, unchanged) {
  if (translated === undefined || translated.trim() === '') return [`${key} is not translated.`];
  if (translated === english && hasWords(english) && !unchanged.includes(english))
    return [`${key} is the English text. If that is right, list it in l10n/unchanged.json.`];
  const lost = kept.find((form) => textsOf(form, english) !== textsOf(form, translated));
  return lost === undefined
    ? []
    : [`${key} must keep ${textsOf(lost, english) || 'the text free of links and icons'}.`];
}

function textsOf(form, text) {
  return [...text.matchAll(form)]
    .map(([found]) => found)
    .sort()
    .join(' ');
}

function hasWords(text) {
  return /\p{L}{2}/u.test(text.replace(kept[0], ''));
}

/** The texts of a file in the order of the English ones: without those that are gone, and with an empty one for each new one. */
export function renewed(english, translated) {
  return Object.fromEntries(Object.keys(english).map((key) => [key, translated[key] ?? '']));
}
