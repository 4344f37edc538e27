/** What challenges ask of the rest of the console, and what they offer to sessions. app.ts joins them. */
import type { Failure } from '../../preload/contract.ts'

/** What a text of a code is for. `damaged`: it begins like a code and is none. undefined: it is no challenge. */
export type ReadCode = (text: string) => { gateway?: string; id: string; nonce?: string } | 'damaged' | undefined

/** For a connect whose machine shows a challenge instead of asking for a password. */
export interface ChallengesForSessions {
  /**
   * Looks for a challenge in what the machine's prompt says, and reads it. undefined: there is none that a gateway of this console knows. `refusal`
   * answers why the machine let nobody in.
   */
  shownBy(machineId: string, prompt: string): Promise<{ refusal(): Promise<Failure> } | undefined>
}
