/**
 * What sshd has to be told: the challenge comes by keyboard-interactive, which Debian has switched off, so it is switched on for the users of two
 * groups of ours and nobody else. The groups are looked at for each connection, so a change of users needs no reload.
 */

/** Users that the agent made or took over: there is no other way in for them, so an old key of theirs opens nothing. */
export const ownGroup = 'gatehouse-jit'
/** A user that policy names and that somebody else made: asked too, until a technician's first approval takes it over; its own keys still work. */
export const askedGroup = 'gatehouse-ask'

export const sshdPart = `# Put here by gatehouse-agent, which takes it away again with "gatehouse-agent uninstall".
Match Group ${ownGroup}
	KbdInteractiveAuthentication yes
	PasswordAuthentication no
	AuthenticationMethods keyboard-interactive:pam
Match Group ${askedGroup}
	KbdInteractiveAuthentication yes
	PasswordAuthentication no
Match all
`

/** `sshd -T` as a map; the first value of a name counts. */
export function readSshdSettings(text: string): Map<string, string> {
  const settings = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined && !settings.has(name)) settings.set(name.toLowerCase(), value)
  }
  return settings
}

/** Whether sshd reads the folder where our part is. */
export function includesParts(config: string): boolean {
  return /^[ \t]*Include[ \t].*sshd_config\.d\/\*\.conf/im.test(config)
}
