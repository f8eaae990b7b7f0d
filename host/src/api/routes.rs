//! The list of everything that can be asked for. Router, rights and description are made of it.

use super::problem::Code;
use super::read::{alerts, audit, decisions, outlook, plans, policies, pools, running, runs, settings, status, who};
use super::route::{Access, Route, get, post};
use super::write::{
    alerts as telling, jobs, plans as making, policies as deciding, protections, runs as undoing, sign_in, switches,
};

/// Everything below `/api/v1`.
pub fn all() -> Vec<Route> {
    let mut routes = reading();
    routes.extend(writing());
    routes
}

fn reading() -> Vec<Route> {
    vec![
        get("/openapi.json", "getDescription", "about", "This description", who::description).open_to(Access::Open),
        get("/who", "getWho", "about", "Whose token it is", who::who),
        get("/status", "getStatus", "status", "The daemon at this moment", status::status),
        get("/events", "listen", "status", "What happens, as server-sent events", status::events),
        get("/pools", "getPools", "pools", "The last reading of the pools", pools::pools),
        get("/pools/history", "getPoolHistory", "pools", "Readings of the past, thinned out", pools::history),
        get("/pools/changes", "listSeatChanges", "pools", "Seats that came and went", pools::changes),
        get("/forecast", "getForecast", "pools", "When the pools will be exhausted", outlook::forecast),
        get("/cost", "getCost", "pools", "What a month costs, and what releases save", outlook::cost)
            .also(&[Code::NotFound]),
        get("/runs", "listRuns", "runs", "Runs, the latest first", runs::list),
        get("/runs/{run}", "getRun", "runs", "A run with what became of each seat", runs::one),
        get("/plans", "listPlans", "plans", "Plans, the latest first", plans::list),
        get("/plans/{plan}", "getPlan", "plans", "A plan without its decisions", plans::one),
        get("/plans/{plan}/file", "getPlanFile", "plans", "The stored plan, byte for byte", plans::file),
        get("/plans/{plan}/decisions", "listDecisions", "plans", "Decisions of a plan, page by page", decisions::list),
        get("/explanation", "explain", "plans", "Why a person's seats stay or go", decisions::explanation).also(&[
            Code::NotFound,
            Code::Conflict,
            Code::Invalid,
        ]),
        get("/snapshot", "getSnapshot", "plans", "The snapshot that a plan was made of", plans::snapshot).also(&[
            Code::NotFound,
            Code::Conflict,
            Code::Invalid,
        ]),
        get("/settings", "getSettings", "settings", "The settings that decide, without secrets", settings::settings),
        get("/schedule", "previewSchedule", "settings", "When a schedule would fire", settings::schedule)
            .also(&[Code::Invalid]),
        get("/policies", "listPolicies", "policies", "The policies at hand", policies::list),
        get("/policies/shadows", "listShadows", "policies", "What policies in the shadow would do", policies::shadows),
        get("/policies/activations", "listActivations", "policies", "Which policies decided", policies::activations),
        get("/policies/{digest}", "getPolicy", "policies", "Everything about a policy", policies::one),
        get(
            "/policies/{digest}/component",
            "getPolicyComponent",
            "policies",
            "The component of a policy, byte for byte",
            policies::component,
        ),
        get("/audit", "listEntries", "audit", "Entries of the ledger, the latest first", audit::entries)
            .also(&[Code::Invalid]),
        get(
            "/audit/verification",
            "verifyLedger",
            "audit",
            "Whether the chain of the ledger is whole",
            audit::verification,
        )
        .also(&[Code::Conflict, Code::Invalid]),
        get("/alerts", "listAlerts", "alerts", "What fires, silences, sinks and rules", alerts::alerts),
        get("/alerts/history", "listPastAlerts", "alerts", "Alerts that are over, the latest first", alerts::history),
        get("/protections", "listProtections", "protections", "Whose seats are kept by hand", protections::list),
        get("/work", "listWork", "work", "What somebody asked for here, the latest first", running::list),
        get("/work/{id}", "getWork", "work", "What came of a piece of work", running::one),
    ]
}

fn writing() -> Vec<Route> {
    vec![
        post("/sign-in", "signIn", "about", "Use a sign-in link", sign_in::sign_in)
            .open_to(Access::Open)
            .also(&[Code::NotSignedIn]),
        post("/sign-out", "signOut", "about", "End a sign-in", sign_in::sign_out).open_to(Access::Viewer),
        post("/reload", "reload", "status", "Read the settings file again", jobs::reload).open_to(Access::Control),
        post("/poke/{job}", "poke", "status", "Run a job now", jobs::poke).open_to(Access::Control),
        post("/pause", "pause", "switches", "Stop all releases", switches::pause),
        post("/resume", "resume", "switches", "Let releases go on", switches::resume),
        post("/arm", "arm", "switches", "Allow releases, after a look at a plan", switches::arm)
            .also(&[Code::NotFound]),
        post("/plans", "makePlan", "plans", "Make a plan of a fresh reading; nothing is released", making::make),
        post("/plans/{plan}/apply", "applyPlan", "plans", "Release the seats of a plan", making::apply),
        post("/runs/{run}/undo/preview", "previewUndo", "runs", "Look what an undo would do", undoing::preview),
        post("/runs/{run}/undo", "undoRun", "runs", "Give back what a run took", undoing::undo),
        post("/protections", "protect", "protections", "Keep a person's seats", protections::protect)
            .also(&[Code::NotFound]),
        post("/protections/end", "unprotect", "protections", "End a protection by hand", protections::unprotect)
            .also(&[Code::NotFound]),
        post("/alerts/silences", "silence", "alerts", "Hear nothing of an alert for a while", telling::silence),
        post("/alerts/silences/{id}/end", "endSilence", "alerts", "End a silence now", telling::end),
        post("/alerts/test", "testSinks", "alerts", "Send a message that says that nothing happened", telling::test)
            .also(&[Code::NotFound, Code::Conflict]),
        post("/policies/rollback", "rollBackPolicy", "policies", "Let the policy before decide", deciding::roll_back),
        post(
            "/policies/{digest}/gate",
            "examinePolicy",
            "policies",
            "Look what speaks against a policy",
            deciding::examine,
        ),
        post("/policies/{digest}/activate", "activatePolicy", "policies", "Let a policy decide", deciding::activate),
    ]
}
