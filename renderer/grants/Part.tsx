import { Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A labelled part of a form. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3} fz="sm" fw={600}>
        {title}
      </Title>
      {children}
    </Stack>
  )
}
