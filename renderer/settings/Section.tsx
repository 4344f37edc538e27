import { Text } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** One topic of the settings: what it is about on the left, its choices on the right. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="settingsSection card" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        {hint !== undefined && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
      </div>
      <div className="settingsChoices">{children}</div>
    </section>
  )
}
