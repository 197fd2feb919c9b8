package okta

import "strings"

// kind is what all events of a type have in common.
type kind struct {
	message  string // displayMessage
	legacy   string // legacyEventType, empty for types that never had one
	severity string
}

// kindOf returns the kind of an event type. Messages and legacy names are
// those of public samples where there is one; for other types the message is
// made from the name.
func kindOf(eventType string) kind {
	for line := range strings.SplitSeq(kinds, "\n") {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok || name != eventType {
			continue
		}
		k := kind{severity: "INFO"}
		parts := strings.Split(rest, " | ")
		k.message = parts[0]
		if len(parts) > 1 && parts[1] != "-" {
			k.legacy = parts[1]
		}
		if len(parts) > 2 {
			k.severity = parts[2]
		}
		return k
	}
	words := strings.FieldsFunc(eventType, func(r rune) bool { return r == '.' || r == '_' })
	if len(words) > 0 && words[0] != "" {
		words[0] = strings.ToUpper(words[0][:1]) + words[0][1:]
	}
	return kind{message: strings.Join(words, " "), severity: "INFO"}
}

// kinds: type | message | legacy type | severity. A missing severity is INFO.
const kinds = `
user.lifecycle.create | Create Okta user | core.user.config.user_creation.success
user.lifecycle.activate | Activate Okta user | core.user.config.user_activated
user.lifecycle.reactivate | Reactivate Okta user | core.user.config.user_reactivated
user.lifecycle.deactivate | Deactivate Okta User | core.user.config.user_deactivated
user.lifecycle.suspend | Suspend Okta user | core.user.config.user_status.suspended
user.lifecycle.unsuspend | Unsuspend Okta user | core.user.config.user_status.unsuspended
user.lifecycle.delete.initiated | Delete Okta user initiated | core.user.lifecycle.delete.initiated
user.lifecycle.delete.completed | Delete Okta user completed | core.user.lifecycle.delete.completed
user.session.start | User login to Okta | core.user_auth.login_success
user.session.end | User logout from Okta | core.user_auth.logout_success
user.session.clear | Clear user session
user.session.access_admin_app | User accessing Okta admin app | app.admin.sso.login.success
user.authentication.sso | User single sign on to app | app.auth.sso
user.authentication.slo | User single sign out of app | app.auth.slo
user.authentication.universal_logout | Universal Logout triggered for user
app.generic.unauth_app_access_attempt | User attempted unauthorized access to app | app.generic.unauth_app_access_attempt | WARN
app.keys.generate | Application signing key generated | app.keys.generate
app.keys.rotate | Application signing key rotated | app.keys.rotate
app.keys.clone | Application signing key cloned | app.keys.clone
application.provision.user.push | Push new user to external application | app.user_management.push_new_user
application.provision.user.push_profile | Push user's profile to external application | app.user_management.push_profile_update
application.provision.user.deactivate | Push user deactivation to external application | app.user_management.push_user_deactivation
application.provision.user.reactivate | Push user reactivation in external application | app.user_management.push_user_reactivation
user.authentication.auth_via_mfa | Authentication of user via MFA | core.user.factor.attempt_success
user.mfa.factor.activate | Activate factor for user | core.user.factor.activate
user.mfa.factor.deactivate | Reset factor for user | core.user.factor.reset
user.mfa.factor.reset_all | Reset all factors for user | core.user.factor.reset_all
user.mfa.okta_verify.deny_push | User rejected Okta push verify | core.user.factor.okta_verify.deny_push
user.account.update_profile | Update user profile for Okta | core.user.config.profile_update.success
user.account.update_primary_email | Update primary email | core.user.config.update_primary_email.success
user.account.update_secondary_email | Update secondary email | core.user.config.update_secondary_email.success
user.account.update_password | User update password for Okta | core.user.config.password_update.success
user.account.reset_password | Fired when the user's Okta password is reset | core.user.config.user_status.password_reset
user.account.expire_password | Expire user password for Okta | core.user.config.password_expire
user.account.lock | Max sign in attempts exceeded | core.user_auth.account_locked | DEBUG
user.account.unlock | Auto unlock user account for Okta | core.user_auth.account_unlocked
user.account.unlock_by_admin | Unlock user account for Okta | core.user_auth.account_unlocked_by_admin
user.account.privilege.grant | Grant user privilege | core.user.admin_privilege.granted
user.account.privilege.revoke | Revoke user privilege | core.user.admin_privilege.revoked
user.account.report_suspicious_activity_by_enduser | User report suspicious activity | core.user.account.report_suspicious_activity_by_enduser | WARN
user.risk.change | User risk level changed | - | INFO
user.risk.detect | User risk detected | - | WARN
group.privilege.grant | Group Privilege granted | group.privilege.grant
group.privilege.revoke | Group Privilege revoked | group.privilege.revoke
group.lifecycle.create | Create Okta group | core.user_group.create
group.lifecycle.delete | Delete Okta group | core.user_group.delete
group.profile.update | Okta group profile update | core.user_group.update
group.user_membership.add | Add user to group membership | core.user_group_member.user_add
group.user_membership.remove | Remove user from group membership | core.user_group_member.user_remove
group.application_assignment.add | Add assigned application to group | core.user_group.app_assignment_add
group.application_assignment.remove | Remove assigned application from group | core.user_group.app_assignment_remove
group.application_assignment.update | Update assigned application of group | core.user_group.app_assignment_update
policy.rule.add | Add policy rule | policy.rule.added
policy.rule.update | Update policy rule | policy.rule.updated
policy.rule.delete | Delete policy rule | policy.rule.deleted
policy.rule.activate | Activate policy rule | policy.rule.activated
policy.rule.deactivate | Deactivate policy rule | policy.rule.deactivated
policy.evaluate_sign_on | Evaluation of sign-on policy
application.lifecycle.create | Create application | app.generic.config.app_created
application.lifecycle.update | Update application | app.generic.config.app_updated
application.lifecycle.activate | Activate application | app.generic.config.app_activated
application.lifecycle.deactivate | Deactivate application | app.generic.config.app_deactivated
application.lifecycle.delete | Delete application | app.generic.config.app_deleted
application.user_membership.add | Add user to application membership | app.generic.provision.assign_user_to_app
application.user_membership.remove | Remove user's application membership | app.generic.provision.deactivate_user_from_app
application.user_membership.update | Update user application property | app.generic.provision.update_user_property
app.oauth2.token.grant.access_token | OAuth2 access token is granted | app.oauth2.token.grant.access_token_success
app.oauth2.admin.consent.grant | OAuth2 scope consent is granted by an admin | app.oauth2.admin.consent.grant_success
app.oauth2.admin.consent.revoke | OAuth2 scope consent is revoked by an admin | app.oauth2.admin.consent.revoke_success
app.oauth2.client.lifecycle.create | Create OAuth client | app.oauth2.client.lifecycle.create
app.oauth2.client.lifecycle.delete | Delete OAuth client | app.oauth2.client.lifecycle.delete
system.api_token.create | Create API token | api.token.create
system.api_token.revoke | Revoke API token | api.token.revoke
system.org.rate_limit.warning | Rate limit warning | core.framework.ratelimit.warning | WARN
system.org.rate_limit.violation | Rate limit violation | core.framework.ratelimit.violation | WARN
core.concurrency.org.limit.violation | Too many requests in flight | core.concurrency.org.limit.violation
security.threat.detected | Request from suspicious actor | security.threat.detected | WARN
system.email.new_device_notification.sent_message | Send new device notification email
system.email.mfa_enroll_notification.sent_message | Send MFA enrollment notification email
system.email.mfa_reset_notification.sent_message | Send MFA reset notification email
system.email.password_reset.sent_message | Send password reset email
event_hook.created | Event hook created
event_hook.updated | Event hook updated
event_hook.deleted | Event hook deleted
event_hook.activated | Event hook activated
event_hook.deactivated | Event hook deactivated
event_hook.verified | Event hook verified
event_hook.delivery | Event hook delivery | - | WARN
`
