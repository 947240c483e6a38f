import {
  Location,
  Range,
  TestMessage,
  Uri,
  type TestController,
  type TestItem,
  type TestItemCollection,
  type TestRun,
} from 'vscode';
import { groupsOf } from '../../core/artifacts/tests/testGroups';
import type { FailedTest, QuietTest } from '../../core/artifacts/tests/testReport';
import { withoutMarks } from '../../core/util/plainText';
import { timeSlice } from '../../core/util/timeSlice';
import type { FoundLocation } from '../../core/artifacts/tests/testFiles';
import { withoutIcons, withoutMarkup } from '../text/failures';
import { recentlyWords } from '../text/testText';

/** A test with the location of its failure, if that was found in the repository. */
export interface PlacedTest {
  readonly test: FailedTest | QuietTest;
  readonly place?: FoundLocation | undefined;
}

/**
 * Adds the tests below the item of their build, by suite and class, and reports their results to the run. Yields, so that
 * thousands of tests don't block the extension host.
 * @param isCurrent whether the tests are still to be shown
 */
export async function addTests(
  controller: TestController,
  run: TestRun,
  build: TestItem,
  tests: readonly PlacedTest[],
  isCurrent: () => boolean,
): Promise<void> {
  const yieldIfDue = timeSlice();
  const groups = new Map<string, TestItem>();
  for (const placed of tests) {
    const parent = groupFor(controller, build, groups, placed.test);
    report(run, addTest(controller, parent.children, parent.id, placed), placed);
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
    if (!isCurrent()) return;
  }
}

/** The innermost group of a test, created if it doesn't exist yet. */
function groupFor(
  controller: TestController,
  build: TestItem,
  groups: Map<string, TestItem>,
  test: FailedTest | QuietTest,
): TestItem {
  let parent = build;
  for (const label of groupsOf(test, build.label)) {
    const id = `${parent.id}/group:${label}`;
    const known = groups.get(id);
    const group = known ?? controller.createTestItem(id, withoutMarkup(label));
    if (known === undefined) {
      groups.set(id, group);
      group.sortText = sortText(parent.children);
      parent.children.add(group);
    }
    parent = group;
  }
  return parent;
}

function addTest(
  controller: TestController,
  siblings: TestItemCollection,
  parent: string,
  { test, place }: PlacedTest,
): TestItem {
  // Parameterized tests often have the same name.
  const id = `${parent}/test:${siblings.size}:${test.name}`;
  const item = controller.createTestItem(
    id,
    withoutMarkup(test.name) || '?',
    place === undefined ? undefined : Uri.file(place.file),
  );
  item.sortText = sortText(siblings);
  if (place?.line !== undefined) item.range = locationOf(place).range;
  const often = 'recentFailures' in test ? recentlyWords(test) : undefined;
  if (often !== undefined) item.description = withoutIcons(often);
  siblings.add(item);
  return item;
}

/** Keeps the order of reports; VS Code would sort by label. */
function sortText({ size }: TestItemCollection): string {
  return String(size).padStart(6, '0');
}

function report(run: TestRun, item: TestItem, { test, place }: PlacedTest): void {
  const ms = test.seconds === undefined ? undefined : test.seconds * 1000;
  switch (test.kind) {
    case 'passed':
      run.passed(item, ms);
      return;
    case 'skipped':
      run.skipped(item);
      return;
    case 'failure':
      run.failed(item, messageOf(run, item, test, place), ms);
      return;
    case 'error':
      run.errored(item, messageOf(run, item, test, place), ms);
      return;
    default:
      test satisfies never;
  }
}

function messageOf(run: TestRun, item: TestItem, test: FailedTest, place: FoundLocation | undefined): TestMessage {
  const { message = '', text = '' } = test;
  const parts = text.includes(message) ? [text] : [message, text];
  const whole = parts.filter((part) => part !== '').join('\n\n');
  // The output goes to a terminal, which obeys control sequences.
  const lines = whole.split(/\r?\n/).map(withoutMarks);
  run.appendOutput(`${lines.join('\r\n')}\r\n`, undefined, item);
  const shown = new TestMessage(lines.join('\n'));
  if (place !== undefined) shown.location = locationOf(place);
  return shown;
}

function locationOf({ file, line = 1, column = 1 }: FoundLocation): Location {
  return new Location(Uri.file(file), new Range(line - 1, column - 1, line - 1, column - 1));
}
