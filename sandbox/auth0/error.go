package auth0

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// apiError is an error answer of the Management API.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.message }

func (e *apiError) body() doc {
	out := doc{"statusCode": e.status, "error": http.StatusText(e.status), "message": e.message}
	if e.code != "" {
		out["errorCode"] = e.code
	} else if e.status == http.StatusUnauthorized {
		out["attributes"] = doc{"error": e.message}
	}
	return out
}

// oauthError is an error answer of the Authentication API.
type oauthError struct {
	status      int
	code        string
	description string
	more        doc
}

func (e *oauthError) Error() string { return e.code + ": " + e.description }

func (e *oauthError) body() doc {
	out := doc{"error": e.code, "error_description": e.description}
	maps.Copy(out, e.more)
	return out
}

func denied(status int, format string, args ...any) error {
	return &oauthError{status: status, code: "access_denied", description: fmt.Sprintf(format, args...)}
}

func badBody(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "invalid_body", "Payload validation error: '" + fmt.Sprintf(format, args...) + "'."}
}

func badQuery(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "invalid_query_string", "Query validation error: '" + fmt.Sprintf(format, args...) + "'."}
}

func unauthorized(message string) error { return &apiError{http.StatusUnauthorized, "", message} }

func notFound(what, code string) error { return &apiError{http.StatusNotFound, code, what} }

func noUser() error { return notFound("The user does not exist.", "inexistent_user") }

func noPath() error { return notFound("Not Found", "") }

func conflict(message, code string) error { return &apiError{http.StatusConflict, code, message} }

func refused(message, code string) error { return &apiError{http.StatusBadRequest, code, message} }

func scopeMissing(scopes []string) error {
	return &apiError{http.StatusForbidden, "insufficient_scope", "Insufficient scope, expected any of: " + strings.Join(scopes, ",")}
}

func tooMany(message string) error {
	return &apiError{http.StatusTooManyRequests, "too_many_requests", message}
}
