/** What a machine asks for: what, where, who, which user, and what happens afterwards. Fixed labels; the machine's own words stand apart (F-79). */
import { Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { Ago } from '../parts/Ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { ChallengeClock } from './ChallengeClock.tsx'

export function ChallengeFacts({ challenge }: { challenge: Challenge }) {
  const { t } = useTranslation(['challenges', 'machines'])
  const { address, asked, from, os, signedIn, site, terminal, user, userName } = challenge
  return (
    <>
      <section aria-label={t('facts.signsIn')} className="challengeUser" data-user={user}>
        <span className="challengeLabel">{t('facts.signsIn')}</span>
        <Foreign text={userName} className="challengeUserName" />
        <Text size="sm">{t(`user.${user}`)}</Text>
        {(user === 'takesOver' || user === 'unknown') && (
          <p className="challengeWarning">
            <IconAlertTriangle size={16} aria-hidden /> {t(`userWarning.${user}`)}
          </p>
        )}
        <Text size="sm" c="dimmed">
          {t(`afterwards.${challenge.afterSignOut}`)}
        </Text>
      </section>
      <dl className="challengeFacts">
        <Fact name={t('facts.machine')}>
          <Foreign text={challenge.machineName} />
        </Fact>
        <Fact name={t('facts.site')}>{site === '' ? <span className="quiet">{t('facts.noSite')}</span> : <Foreign text={site} />}</Fact>
        <Fact name={t('facts.address')}>
          <Foreign text={address} />
        </Fact>
        <Fact name={t('facts.system')}>{t(`machines:os.${os}`)}</Fact>
        <Fact name={t('facts.asked')}>
          <Ago at={challenge.createdAt} />
        </Fact>
        <Fact name={t('facts.left')}>
          <ChallengeClock challenge={challenge} />
        </Fact>
      </dl>
      <section className="challengeSaid" aria-label={t('said.title')}>
        <Text size="xs" c="dimmed">
          {t('said.title')}
        </Text>
        <dl className="challengeFacts">
          <Fact name={t('said.asked')}>{asked === '' ? <span className="quiet">{t('said.nothing')}</span> : <Foreign text={asked} />}</Fact>
          <Fact name={t('said.from')}>
            {from === undefined || from === '' ? (
              <span className="quiet">{t(`said.atMachine.${challenge.service}`)}</span>
            ) : (
              <Foreign text={from} />
            )}
          </Fact>
          <Fact name={t('said.signedIn')}>
            {signedIn.length === 0 ? <span className="quiet">{t('said.nobody')}</span> : <Foreign text={signedIn.join(', ')} />}
          </Fact>
          {terminal !== undefined && terminal !== '' && (
            <Fact name={t('said.terminal')}>
              <Foreign text={terminal} />
            </Fact>
          )}
        </dl>
      </section>
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
