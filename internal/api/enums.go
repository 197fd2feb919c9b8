package api

import (
	"reflect"
	"slices"

	"sallyport/internal/access"
	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/audit"
	"sallyport/internal/backtest"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/exchange"
	"sallyport/internal/flow"
	"sallyport/internal/guard"
	"sallyport/internal/inventory"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/notify"
	"sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/table"
	"sallyport/internal/timeline"
	"sallyport/internal/twin"
	"sallyport/internal/value"
)

// enum is the words that a text of a Go type may be, and the name that its
// schema has.
type enum struct {
	name   string
	values []string
}

func words[T ~string](name string, values ...T) enum {
	e := enum{name: name}
	for _, v := range values {
		e.values = append(e.values, string(v))
	}
	return e
}

// flowEnum is enumOf for the words of flows.
func flowEnum(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[flow.State]():
		return words("RunState", flow.States()...), true
	case reflect.TypeFor[flow.StepState]():
		return words("StepState", flow.StepStarted, flow.StepRetrying, flow.StepWaiting, flow.StepAgain, flow.StepDone, flow.StepFailed, flow.StepRefused, flow.StepDryRun, flow.StepUnknown), true
	case reflect.TypeFor[flow.TriggerKind]():
		return words("TriggerKind", flow.OnEvent, flow.OnDemand, flow.OnCall, flow.OnSchedule, flow.OnAPI, flow.OnDelegated, flow.OnRow, flow.OnAlert, flow.OnFinding), true
	case reflect.TypeFor[flow.CardKind]():
		return words("CardKind", flow.CardKinds()...), true
	case reflect.TypeFor[flow.ErrorWay]():
		return words("ErrorWay", flow.Stop, flow.Continue, flow.HandOver, flow.GiveBack), true
	case reflect.TypeFor[flow.Gives]():
		return words("Gives", flow.GivesField, flow.GivesObject), true
	case reflect.TypeFor[flow.Access]():
		return words("Access", flow.AccessPublic, flow.AccessToken, flow.AccessOAuth), true
	case reflect.TypeFor[flow.Missed]():
		return words("Missed", flow.MissedSkip, flow.MissedOnce), true
	case reflect.TypeFor[flow.RowHas]():
		return words("RowHas", flow.RowCreated, flow.RowUpdated, flow.RowDeleted), true
	}
	return enum{}, false
}

// enumOf returns the words of a type, if it is one of a few words. A test holds
// every text type of the API against it.
func enumOf(t reflect.Type) (enum, bool) {
	if t.Kind() != reflect.String {
		return enum{}, false
	}
	if e, ok := flowEnum(t); ok {
		return e, true
	}
	switch t {
	case reflect.TypeFor[exchange.Format]():
		return words("FlowFormat", exchange.YAML, exchange.Flopack), true
	case reflect.TypeFor[value.Kind]():
		return words("ValueKind", value.Kinds()...), true
	case reflect.TypeFor[connector.Effect]():
		return words("Effect", connector.Read, connector.Notify, connector.Change, connector.Destructive), true
	case reflect.TypeFor[connector.Repeat]():
		return words("Repeat", connector.Safe, connector.Keyed, connector.Never), true
	case reflect.TypeFor[connector.AuthKind]():
		return words("AuthKind", connector.None, connector.APIKey, connector.Bearer, connector.Basic, connector.ClientCredentials, connector.PrivateKeyJWT, connector.AuthorizationCode, connector.JWTBearer, connector.APIKeyQuery, connector.AWSSignature, connector.HMAC), true
	case reflect.TypeFor[remedy.State]():
		return words("RemedyState", remedy.States()...), true
	case reflect.TypeFor[remedy.StepState]():
		return words("RemedyStepState", remedy.StepStates()...), true
	case reflect.TypeFor[remedy.Barrier]():
		return words("RemedyBarrier", remedy.Barriers()...), true
	case reflect.TypeFor[guard.State]():
		return words("ActionState", guard.Started, guard.Retrying, guard.Done, guard.Failed, guard.Refused, guard.Unknown), true
	}
	if e, ok := alertEnum(t); ok {
		return e, true
	}
	return ownEnumOf(t)
}

// alertEnum is enumOf for the words of alerts and rules.
func alertEnum(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[notify.Moment]():
		return words("Moment", notify.AllMoments()...), true
	case reflect.TypeFor[notify.FindingMoment]():
		return words("FindingMoment", notify.FindingMoments()...), true
	case reflect.TypeFor[posture.Turn]():
		return words("FindingTurn", posture.Turns()...), true
	case reflect.TypeFor[notify.State]():
		return words("NoticeState", notify.States()...), true
	case reflect.TypeFor[notify.Day]():
		return words("Day", notify.Days()...), true
	case reflect.TypeFor[Severity]():
		return words("Severity", each(alert.Severities(), severityOf)...), true
	case reflect.TypeFor[alert.State]():
		return words("AlertState", alert.States()...), true
	case reflect.TypeFor[alert.Verdict]():
		return words("AlertVerdict", alert.Verdicts()...), true
	case reflect.TypeFor[alert.EntryKind]():
		return words("EntryKind", alert.EntryKinds()...), true
	case reflect.TypeFor[alert.Habit]():
		return words("Habit", alert.Habits()...), true
	case reflect.TypeFor[alert.Scope]():
		return words("SuppressionScope", alert.AllRules, alert.RuleScope, alert.TypeScope), true
	case reflect.TypeFor[flow.AlertHas]():
		return words("AlertHas", flow.AlertOpened, flow.AlertEscalated), true
	case reflect.TypeFor[backtest.State]():
		return words("BacktestState", backtest.Running, backtest.Done, backtest.Canceled, backtest.Failed, backtest.Interrupted), true
	case reflect.TypeFor[rule.Language]():
		return words("RuleLanguage", rule.Sigma, rule.OktaFilter, rule.Correlation), true
	}
	return enum{}, false
}

func ownEnumOf(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[store.ConnectionState]():
		return words("ConnectionState", store.ConnectionUntested, store.ConnectionOK, store.ConnectionFailed), true
	case reflect.TypeFor[source.Kind]():
		return words("SourceKind", source.Kinds()...), true
	case reflect.TypeFor[source.Category]():
		return words("SourceCategory", source.Categories()...), true
	case reflect.TypeFor[table.Op]():
		return words("Comparison", table.Ops()...), true
	case reflect.TypeFor[audit.Kind]():
		return words("AuditFaultKind", audit.Kinds()...), true
	case reflect.TypeFor[letter.Kind]():
		return words("LetterKind", letter.Kinds()...), true
	case reflect.TypeFor[letter.State]():
		return words("LetterState", letter.States()...), true
	case reflect.TypeFor[live.Topic]():
		return words("LiveTopic", live.Topics()...), true
	case reflect.TypeFor[EventOrder]():
		return words("EventOrder", newestFirst, oldestFirst), true
	case reflect.TypeFor[RelatedBy]():
		return words("RelatedBy", byTransaction, bySession, byDevice, byAddress), true
	case reflect.TypeFor[ErrorKind]():
		return words("ErrorKind", errorKinds()...), true
	}
	for _, of := range []func(reflect.Type) (enum, bool){inventoryEnum, accessEnum, oktaEnum} {
		if e, ok := of(t); ok {
			return e, true
		}
	}
	return portalEnumOf(t)
}

// oktaEnum is enumOf for the words of looking at Okta orgs and connecting them.
func oktaEnum(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[okta.PersonPart]():
		return words("PersonPart", okta.PersonParts()...), true
	case reflect.TypeFor[okta.Visible]():
		return words("Visible", okta.Visibles()...), true
	case reflect.TypeFor[okta.Verdict]():
		return words("CheckVerdict", okta.Verdicts()...), true
	case reflect.TypeFor[onboard.State]():
		return words("OktaSetupState", onboard.States()...), true
	case reflect.TypeFor[onboard.Phase]():
		return words("OktaSetupPhase", onboard.Phases()...), true
	case reflect.TypeFor[onboard.KeyKind]():
		return words("OktaKeyKind", onboard.RSA, onboard.EC), true
	}
	return enum{}, false
}

// inventoryEnum is enumOf for the words of inventories.
func inventoryEnum(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[ask.Type]():
		return words("SQLType", ask.Types()...), true
	case reflect.TypeFor[inventory.SyncState]():
		return words("SyncState", inventory.SyncStates()...), true
	case reflect.TypeFor[inventory.Relation]():
		return words("Relation", append(inventory.Relations(), inventory.Holds)...), true
	case reflect.TypeFor[posture.Verdict]():
		return words("PostureVerdict", posture.Verdicts()...), true
	case reflect.TypeFor[posture.Severity]():
		return words("CheckSeverity", posture.Severities()...), true
	case reflect.TypeFor[posture.Profile]():
		return words("PostureProfile", posture.Profiles()...), true
	case reflect.TypeFor[posture.FindingState]():
		return words("FindingState", posture.FindingStates()...), true
	case reflect.TypeFor[inventory.Kind]():
		return words("EntityKind", append(slices.Concat(inventory.Kinds(), inventory.Auth0Kinds()), inventory.Role, inventory.Scope, access.Outside, access.Binding)...), true
	case reflect.TypeFor[inventory.Provider]():
		return words("Provider", inventory.Providers()...), true
	case reflect.TypeFor[twin.By]():
		return words("TwinBy", twin.Ways()...), true
	case reflect.TypeFor[twin.State]():
		return words("TwinState", twin.States()...), true
	case reflect.TypeFor[timeline.Kind]():
		return words("TimelineKind", timeline.Kinds()...), true
	case reflect.TypeFor[timeline.Trait]():
		return words("SignInTrait", timeline.Traits()...), true
	case reflect.TypeFor[store.ChangeKind]():
		return words("ChangeKind", store.ChangeKinds()...), true
	}
	return enum{}, false
}

// accessEnum is enumOf for the words of who can reach what.
func accessEnum(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[access.EdgeKind]():
		return words("AccessStepKind", each(access.Kinds(), func(k access.KindOf) access.EdgeKind { return k.Kind })...), true
	case reflect.TypeFor[access.Aspect]():
		return words("AccessAspect", access.Aspects()[1:]...), true // the first is that there is none
	case reflect.TypeFor[access.Do]():
		return words("AccessDo", access.Dos()...), true
	case reflect.TypeFor[access.Barrier]():
		return words("AccessBarrierName", access.Barriers()...), true
	case reflect.TypeFor[access.Problem]():
		return words("AccessProblem", access.Problems()...), true
	}
	return enum{}, false
}

func portalEnumOf(t reflect.Type) (enum, bool) {
	switch t {
	case reflect.TypeFor[portal.RoleSource]():
		return words("RoleSource", portal.RoleSources()...), true
	case reflect.TypeFor[portal.Permission]():
		return words("Permission", portal.Permissions()...), true
	case reflect.TypeFor[portal.Origin]():
		return words("MemberOrigin", portal.Origins()...), true
	case reflect.TypeFor[portal.State]():
		return words("MemberState", portal.States()...), true
	case reflect.TypeFor[portal.LoginPurpose]():
		return words("SignInPurpose", portal.LoginPurposes()...), true
	case reflect.TypeFor[portal.Method]():
		return words("SignInMethod", portal.Methods()...), true
	case reflect.TypeFor[portal.FactorKind]():
		return words("FactorKind", portal.FactorKinds()...), true
	case reflect.TypeFor[portal.ProofMethod]():
		return words("ProofMethod", portal.ProofMethods()...), true
	}
	return enum{}, false
}

// foreignNames are the names of schemas of other packages' types, where their
// own would say too little.
func foreignNames() map[reflect.Type]string {
	return map[reflect.Type]string{reflect.TypeFor[connector.Request](): "ActionRequest"}
}

// ErrorKind says what a caller may do about an error.
type ErrorKind string

// The kinds beside those of package errs.
const (
	kindNobody  ErrorKind = "unauthenticated" // sign in first
	kindTooMany ErrorKind = "too_many"        // wait: the Retry-After header says how long
	kindSecond  ErrorKind = "second_factor"   // the password was right: secondFactor says what is wanted beside it
	kindStepUp  ErrorKind = "step_up"         // prove anew who you are (POST /api/v1/session/proof), and ask again
)

func errorKinds() []ErrorKind {
	out := []ErrorKind{}
	for _, k := range []errs.Kind{errs.Internal, errs.Invalid, errs.NotFound, errs.Conflict, errs.Denied, errs.Unavailable} {
		out = append(out, ErrorKind(k.String()))
	}
	return append(out, kindNobody, kindTooMany, kindSecond, kindStepUp)
}
