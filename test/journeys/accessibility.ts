/** What axe says of the screen as it is, once nothing on it moves any more. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Longer than any notice of something done stays by itself. */
const longestNoticeMs = 20_000

/**
 * Waits until the screen has its colours: what fades in is there, and what goes by itself is gone, for a notice that goes while axe looks would be
 * a grey that nobody is meant to read. What turns for ever is no matter.
 */
async function settled(page: Page): Promise<void> {
  await expect(page.locator('.mantine-Notification-root[role=status]')).toHaveCount(0, { timeout: longestNoticeMs })
  await animationsOver(page)
}

/** One line for each fault of WCAG 2.2 AA and each rule that it breaks, beginning with `where`. */
export async function faultsOf(page: Page, where: string, { onlyRules }: { onlyRules?: string[] } = {}): Promise<string[]> {
  await settled(page)
  // A terminal is drawn on a canvas and has its own tests.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).exclude('.xterm')
  const { violations } = await (
    onlyRules === undefined ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']) : axe.withRules(onlyRules)
  ).analyze()
  return violations.map(
    ({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`,
  )
}

async function animationsOver(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined)),
    ),
  )
}
