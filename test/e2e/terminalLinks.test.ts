import { smallProject } from '../gitlab/scenarios';
import { runCommand } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually } from './view';

describe('the URL of a build in a terminal', () => {
  // Drawn by elements, its text can be found in the page.
  const workbench = useWorkbench({
    seed: smallProject,
    gitlab: { profile: '18.9' },
    settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  });

  it("opens the build's log in VS Code with Ctrl and a click, like any link in a terminal", async () => {
    const { page, gitlab, project, picture } = workbench();
    const { id, name } = project.builds.compile;
    await runCommand(page, 'Terminal: Create New Terminal');
    await page.locator('.terminal-wrapper.active .xterm-cursor').waitFor();
    await page.keyboard.type(`echo "remote:   ${gitlab.url}/${project.project.path}/-/jobs/${id}"\n`);
    const printed = page
      .locator('.terminal-wrapper.active .xterm-rows > div')
      .filter({ hasText: /^remote: .*\/-\/jobs\/\d+/ });
    await printed.waitFor();
    const tab = page.locator('.part.editor .tab.active').filter({ hasText: `${name} #${id}` });
    await eventually(async () => {
      const box = await printed.locator('span').last().boundingBox();
      if (box === null) throw new Error('The line is not drawn.');
      const [x, y] = [box.x + box.width * 0.7, box.y + box.height / 2];
      await page.keyboard.down('Control');
      try {
        // VS Code asks for the links of a line once the mouse is over it.
        await page.mouse.move(x - 40, y);
        await page.mouse.move(x, y, { steps: 4 });
        await page.locator('.terminal-wrapper.active .xterm-cursor-pointer').first().waitFor({ timeout: 3000 });
        await picture('terminal-link');
        await page.mouse.click(x, y);
        await tab.waitFor({ timeout: 3000 });
      } finally {
        await page.keyboard.up('Control');
      }
    });
    await picture('terminal-link-followed');
    await runCommand(page, 'Terminal: Kill All Terminals');
  });
});
