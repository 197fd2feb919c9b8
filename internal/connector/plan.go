package connector

import (
	"sallyport/internal/expr"
	"sallyport/internal/quota"
)

// A plan is what the engine works by: the part of a file that says how,
// compiled.

// profile is the plan of a connector.
type profile struct {
	base    tree // the URL that paths are joined to; empty where requests bring their own
	headers []namedTree
	smtp    *smtpPlan // the connector speaks SMTP, not HTTP
	dialect quota.Dialect
	percent tree        // of each of Okta's buckets; empty is what the dialect takes by itself
	errors  []errorPlan // after those of an action
	test    []testStep
	judge   *judgePlan // of calls that lead to the same tenant; nil where there is none
}

// judgePlan is how a connector judges calls of others.
type judgePlan struct {
	action string
	hosts  *expr.Program
	also   *expr.Program
}

// authPlan is the plan of a way to sign in.
type authPlan struct {
	header   tree // of an API key
	prefix   string
	tokenURL tree
	basic    bool // the client secret goes into a header
	params   tree // sent to the token endpoint besides
}

// plan is the plan of an action.
type plan struct {
	vars    []variable
	checks  []check
	effects []effectWhen
	unclear *expr.Program // when the targets are not all that it touches
	key     string        // the header that the idempotency key goes into
	request *requestPlan
	mail    *mailPlan     // nil, with no request: the mail server is only tried out
	accept  *expr.Program // an answer that is none of the errors, whatever its status
	errors  []errorPlan
	pages   *pagesPlan
	outputs []outputPlan
}

type namedTree struct {
	name string
	tree tree
}

// variable is a value that an action calculates before its request.
type variable struct {
	name string
	from *expr.Program
}

// check is something that must not be so.
type check struct{ when, message *expr.Program }

type effectWhen struct {
	when   *expr.Program
	effect Effect
}

// requestPlan is how the request of an action is made.
type requestPlan struct {
	method  tree
	path    tree // joined to the base, each reference a segment of its own; or
	url     tree // a whole URL, or one relative to the base
	query   tree
	headers tree
	body    tree
	encode  tree // json, form or text
	content tree // the Content-Type, where it is not the encoding's own
	most    int  // the largest body in bytes; 0 is no limit
}

// smtpPlan is where a connector's mail goes.
type smtpPlan struct{ host, port, security, hello tree }

// mailPlan is how the message of an action is made.
type mailPlan struct{ from, to, cc, bcc, replyTo, subject, text, html tree }

// errorPlan recognizes one kind of refusal in an answer.
type errorPlan struct {
	when, message, code    *expr.Program
	transient, auth, retry *expr.Program
}

// pagesPlan is how a list goes on.
type pagesPlan struct {
	link  bool          // by a Link header, rel="next"
	next  *expr.Program // or by a cursor in the answer,
	param string        // sent as this query parameter
	start *expr.Program // the page to begin with
	items *expr.Program
	limit *expr.Program // of items
}

type outputPlan struct {
	port Port
	from *expr.Program
	each *expr.Program // what an item becomes, over item too; nil leaves it
}

// testStep is one call of a connector's test.
type testStep struct {
	title  string
	action string
	when   *expr.Program
	inputs tree
	checks []check
	says   *expr.Program
	learn  []variable
}
