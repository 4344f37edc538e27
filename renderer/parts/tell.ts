import { notifications } from '@mantine/notifications'
import { failureOf } from '../door.ts'
import type { FailureText } from './failureText.ts'
import type { Failure } from '../../preload/contract.ts'

/** A short word that something is done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4000, role: 'status' })
}

/** A failure that belongs to no place on the screen. Stays until it is closed. */
export function tellFailure(error: unknown, text: (failure: Failure) => FailureText): void {
  const { title, advice } = text(failureOf(error))
  notifications.show({ title, message: advice, color: 'red', autoClose: false, role: 'alert' })
}
