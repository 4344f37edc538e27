/**
 * Why the nftables gate does not open. `notGuarded`: the machine's address is not behind this gate. `otherFamily`: source and machine do not both
 * speak IPv4, or IPv6. `foreign`: what it would write belongs to somebody else.
 */
export class GateRefusal extends Error {
  readonly code: 'notGuarded' | 'otherFamily' | 'foreign' | 'closedWhileOpening' | 'noTimeLeft'
  constructor(code: GateRefusal['code']) {
    super(`the nftables gate refuses: ${code}`)
    this.name = 'GateRefusal'
    this.code = code
  }
}
