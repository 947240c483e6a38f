import { l10n, window, type QuickPickItem } from 'vscode';
import type { InputValue, PipelineInput } from '../../core/gitlab/createPipeline';
import type { Variables } from '../../core/gitlab/dialect';
import { oneLine, withoutIcons } from '../text/failures';
import { askLine, picked } from './prompts';

/** Input values by name. */
export type Inputs = Readonly<Record<string, InputValue>>;

export function isInputs(value: unknown): value is Inputs {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every(isInputValue);
}

function isInputValue(value: unknown): value is InputValue {
  return ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);
}

interface InputItem extends QuickPickItem {
  /** Undefined for the item that accepts all inputs as they are. */
  readonly input: PipelineInput | undefined;
}

/**
 * Lets the user change inputs, each by its type; undefined if they cancel. Nothing is asked if there are none.
 * @param before values of the last time, as JSON
 */
export async function askInputs(
  specs: readonly PipelineInput[],
  before: Variables,
  ref: string,
): Promise<Inputs | undefined> {
  const values = lastValues(specs, before);
  while (specs.length > 0) {
    const isComplete = specs.every((spec) => spec.default !== undefined || values.has(spec.name));
    const list = window.createQuickPick<InputItem>();
    list.title = l10n.t('Inputs of the Pipeline for {0}', oneLine(ref));
    list.placeholder = isComplete
      ? l10n.t('Continue, or select an input to change it')
      : l10n.t('Select the inputs that need a value');
    list.ignoreFocusOut = true;
    list.items = itemsOf(specs, values, isComplete);
    const chosen = await picked(list);
    if (chosen === undefined) return undefined;
    if (chosen.input === undefined) break;
    const value = await askInput(chosen.input, values.get(chosen.input.name) ?? chosen.input.default);
    if (value !== undefined) values.set(chosen.input.name, value);
  }
  return Object.fromEntries(values);
}

function lastValues(specs: readonly PipelineInput[], before: Variables): Map<string, InputValue> {
  const values = new Map<string, InputValue>();
  for (const { name, options } of specs) {
    const text = before[name];
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    const isOffered = options.length === 0 || options.some((one) => one === value);
    if (isInputValue(value) && isOffered) values.set(name, value);
  }
  return values;
}

function itemsOf(
  specs: readonly PipelineInput[],
  values: ReadonlyMap<string, InputValue>,
  isComplete: boolean,
): readonly InputItem[] {
  const rows = specs.map((input): InputItem => {
    const value = values.get(input.name) ?? input.default;
    const description = value === undefined ? l10n.t('needs a value') : shownValue(value);
    const detail = input.description === undefined ? {} : { detail: withoutIcons(oneLine(input.description)) };
    return { label: withoutIcons(oneLine(input.name)), description, ...detail, input };
  });
  return isComplete ? [{ label: l10n.t('$(check) Continue with these inputs'), input: undefined }, ...rows] : rows;
}

function shownValue(value: InputValue): string {
  return withoutIcons(oneLine(typeof value === 'string' ? value : JSON.stringify(value)));
}

interface ValueItem extends QuickPickItem {
  readonly value: InputValue;
}

async function askInput(input: PipelineInput, value: InputValue | undefined): Promise<InputValue | undefined> {
  const { name, type, options, description } = input;
  const choices = options.length === 0 && type === 'boolean' ? [true, false] : options;
  if (choices.length > 0) {
    const items = choices.map((one): ValueItem => ({ label: shownValue(one), value: one }));
    const title = oneLine(name);
    return (await window.showQuickPick(items, { title, placeHolder: withoutIcons(oneLine(description ?? '')) }))?.value;
  }
  const { accepted, text } = await askLine({
    title: name,
    prompt: description ?? promptFor(type),
    value: value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    check: (line) => (toInputValue(line, type) === undefined ? promptFor(type) : undefined),
  });
  return accepted ? toInputValue(text, type) : undefined;
}

function promptFor(type: PipelineInput['type']): string {
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
function toInputValue(text: string, type: PipelineInput['type']): InputValue | undefined {
  if (type === 'string' || type === 'boolean') return text;
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}
