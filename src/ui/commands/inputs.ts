import { isObject } from '../../core/util/fields';
import { l10n, window, type QuickPickItem } from 'vscode';
import type { Variables } from '../../core/gitlab/dialect';
import { matchesPattern } from '../../core/gitlab/inputPattern';
import { toInputValue, type Inputs, type InputSpec, type InputValue } from '../../core/gitlab/inputSpecs';
import { GitLabError } from '../../core/model/errors';
import { deepEqual } from '../../core/util/deepEqual';
import { oneLine, withoutIcons } from '../text/failures';
import { askLine, picked } from './prompts';

export function isInputs(value: unknown): value is Inputs {
  return isObject(value) && Object.values(value).every((one) => toInputValue(one) !== undefined);
}

/** Values in the form in which they are kept for the next time. */
export function toStored(inputs: Inputs): Variables {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** The kept values that still fit the inputs. */
export function fromStored(specs: readonly InputSpec[], stored: Variables): Inputs {
  const values = specs.flatMap((spec): readonly (readonly [string, InputValue])[] => {
    const value = Object.hasOwn(stored, spec.name) ? parsed(stored[spec.name]) : undefined;
    return value === undefined || !fits(spec, value) ? [] : [[spec.name, value]];
  });
  return Object.fromEntries(values);
}

function parsed(text = ''): InputValue | undefined {
  try {
    return toInputValue(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fits(spec: InputSpec, value: InputValue): boolean {
  const type = Array.isArray(value) ? 'array' : typeof value;
  const choices = choicesOf(spec);
  if (type !== spec.type) return false;
  const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return choices.length === 0 || all.every((one) => choices.some((choice) => deepEqual(choice, one)));
}

/** Values to choose from; empty if any will do. GitLab knows options of strings, numbers and, since 18.9, of arrays. */
function choicesOf({ type, options }: InputSpec): readonly InputValue[] {
  if (type === 'boolean') return [true, false];
  return type === 'string' ? options.map(String) : options;
}

/** GitLab's refusal of the value of an input. */
export interface InputRefusal {
  readonly name: string;
  readonly sentence: string;
}

/** The input whose value GitLab has refused; undefined if an error is about something else. */
export function refusalOf(error: unknown, specs: readonly InputSpec[]): InputRefusal | undefined {
  if (!(error instanceof GitLabError)) return undefined;
  const { reason = '' } = error.failure;
  const spec = specs.find(({ name }) => reason.includes(`\`${name}\` input`));
  return spec && { name: spec.name, sentence: oneLine(reason) };
}

interface InputsQuestion {
  readonly title: string;
  /** Label of the item that accepts all inputs as they are, with its codicon. */
  readonly accept: string;
  readonly specs: readonly InputSpec[];
  /** Values that replace the defaults. */
  readonly values: Inputs;
  readonly refusal?: InputRefusal | undefined;
}

interface InputItem extends QuickPickItem {
  /** Undefined for the item that accepts all inputs as they are. */
  readonly input: InputSpec | undefined;
}

/** Lets the user change inputs, each by its type; undefined if they cancel. Nothing is asked if there are none. */
export async function askInputs(question: InputsQuestion): Promise<Inputs | undefined> {
  const { specs, title } = question;
  const values = new Map(Object.entries(question.values));
  let { refusal } = question;
  while (specs.length > 0) {
    const isComplete = specs.every((spec) => !spec.required || values.has(spec.name));
    const list = window.createQuickPick<InputItem>();
    list.title = oneLine(title);
    list.placeholder = refusal?.sentence ?? placeholder(isComplete);
    list.ignoreFocusOut = true;
    list.items = itemsOf(question, values, isComplete, refusal);
    const chosen = await picked(list);
    if (chosen === undefined) return undefined;
    const { input } = chosen;
    if (input === undefined) break;
    const before = values.get(input.name) ?? input.default;
    const value = await askInput(input, before, refusal?.name === input.name ? refusal.sentence : undefined);
    if (value === undefined) continue;
    values.set(input.name, value);
    if (refusal?.name === input.name) refusal = undefined;
  }
  return Object.fromEntries(values);
}

function placeholder(isComplete: boolean): string {
  return isComplete
    ? l10n.t('Continue, or select an input to change it')
    : l10n.t('Select the inputs that need a value');
}

function itemsOf(
  { specs, accept }: InputsQuestion,
  values: ReadonlyMap<string, InputValue>,
  isComplete: boolean,
  refusal: InputRefusal | undefined,
): readonly InputItem[] {
  const rows = specs.map((input): InputItem => {
    const label = withoutIcons(oneLine(input.name));
    const description = stateOf(input, values.get(input.name) ?? input.default);
    const words = refusal?.name === input.name ? refusal.sentence : input.description;
    const detail = words === undefined ? {} : { detail: withoutIcons(oneLine(words)) };
    return { label, description, ...detail, input };
  });
  return isComplete ? [{ label: accept, input: undefined }, ...rows] : rows;
}

function stateOf({ required }: InputSpec, value: InputValue | undefined): string {
  if (value !== undefined) return shownValue(value);
  return required ? l10n.t('needs a value') : l10n.t('set by the configuration');
}

function shownValue(value: InputValue): string {
  if (value === '') return l10n.t('(empty)');
  return withoutIcons(oneLine(textOf(value)));
}

function textOf(value: InputValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface ValueItem extends QuickPickItem {
  readonly value: InputValue;
}

async function askInput(
  input: InputSpec,
  before: InputValue | undefined,
  refusal: string | undefined,
): Promise<InputValue | undefined> {
  const choices = choicesOf(input);
  if (choices.length > 0) return askChoice(input, choices, before);
  const { name, type, description } = input;
  const shown = before === undefined ? '' : withoutLineBreaks(textOf(before));
  const { accepted, text } = await askLine({
    title: name,
    prompt: description ?? promptFor(type),
    value: shown,
    problem: refusal,
    check: (line) => problemOf(input, line),
  });
  if (!accepted) return undefined;
  // A box has one line: what wasn't changed keeps its line breaks.
  return text === shown && before !== undefined && fits(input, before) ? before : parseValue(text, type);
}

function withoutLineBreaks(text: string): string {
  return text.replaceAll('\r', '').replaceAll('\n', ' ');
}

async function askChoice(
  { name, type, description = '', default: fallback }: InputSpec,
  choices: readonly InputValue[],
  before: InputValue | undefined,
): Promise<InputValue | undefined> {
  const given = Array.isArray(before) ? (before as readonly unknown[]) : [];
  const items = choices.map((value): ValueItem => {
    const isDefault = type !== 'array' && fallback !== undefined && textOf(fallback) === textOf(value);
    const isPicked = given.some((one) => deepEqual(one, value));
    return {
      label: shownValue(value),
      value,
      picked: isPicked,
      ...(isDefault ? { description: l10n.t('default') } : {}),
    };
  });
  const options = { title: oneLine(name), placeHolder: withoutIcons(oneLine(description)), ignoreFocusOut: true };
  if (type !== 'array') return (await window.showQuickPick(items, options))?.value;
  return (await window.showQuickPick(items, { ...options, canPickMany: true }))?.map(({ value }) => value);
}

function problemOf({ type, regex }: InputSpec, line: string): string | undefined {
  if (parseValue(line, type) === undefined) return promptFor(type);
  if (type !== 'string' || regex === undefined || matchesPattern(regex, line) !== false) return undefined;
  return l10n.t('The value must match {0}.', oneLine(regex));
}

function promptFor(type: InputSpec['type']): string {
  switch (type) {
    case 'number':
      return l10n.t('Enter a number.');
    case 'array':
      return l10n.t('Enter a list as JSON, such as {0}.', '["a", "b"]');
    case 'boolean':
    case 'string':
      return l10n.t('Enter a value.');
    default:
      return type satisfies never;
  }
}

/** Parses a value of an input; undefined if it doesn't have the right type. */
function parseValue(text: string, type: InputSpec['type']): InputValue | undefined {
  if (type === 'string' || type === 'boolean') return text;
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  const value = parsed(text);
  return Array.isArray(value) ? value : undefined;
}
