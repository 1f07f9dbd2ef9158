use std::time::Duration;

use crate::random::Random;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Accepts the message and responds.
    None,
    /// Accepts the message and responds late.
    SlowResponse(Duration),
    /// Accepts the message and does not respond.
    Stall,
    /// Resets the connection after the head.
    ResetAtHead,
    /// Resets the connection after this many bytes of the body.
    ResetInBody(usize),
    /// Pauses after this many bytes of the body, then accepts the message.
    SlowRead(usize, Duration),
    /// Accepts the message and resets the connection.
    ResetAfterBody,
    /// Accepts the message and sends part of the response.
    CutResponse,
    /// Accepts the message and responds with 500.
    ServerError,
    /// Reads the message, rejects it and responds with 429.
    RateLimit { says_zero: bool },
    /// Responds with 403 to the head, then reads on or closes.
    EarlyRefusal { reads_on: bool },
    /// Accepts the message, responds, and closes the connection a little later.
    CloseIdle(Duration),
    /// HTTP/2: refuses the stream.
    RefusedStream,
    /// HTTP/2: sends GOAWAY, then accepts the message and responds.
    GoAway,
    /// HTTP/2: sends GOAWAY and closes the connection with all its streams.
    AbruptGoAway,
}

impl Fault {
    /// Chooses a fault for one request of a message.
    pub(crate) fn choose(random: &mut Random, is_http2: bool) -> Self {
        let place = random.below(700) as usize;
        // Over HTTP/2, these end all streams of the connection.
        if is_http2 {
            match random.below(1000) {
                0..3 => return Self::GoAway,
                3..5 => return Self::AbruptGoAway,
                5..7 => return Self::CloseIdle(random.up_to(5)),
                7..27 => return Self::RefusedStream,
                _ => {}
            }
        } else if random.chance(40) {
            return Self::CloseIdle(random.up_to(3));
        }
        match random.below(1000) {
            0..60 => Self::SlowResponse(random.up_to(40)),
            60..75 => Self::Stall,
            75..105 => Self::ResetAtHead,
            105..135 => Self::ResetInBody(place),
            135..195 => Self::SlowRead(place, random.up_to(20)),
            195..220 => Self::ResetAfterBody,
            220..245 => Self::CutResponse,
            245..270 => Self::ServerError,
            270..310 => Self::RateLimit { says_zero: random.chance(500) },
            310..340 => Self::EarlyRefusal { reads_on: random.chance(500) },
            _ => Self::None,
        }
    }

    /// Whether the server accepts the message after it has read the whole request.
    pub(crate) fn accepts(self) -> bool {
        !matches!(self, Self::RateLimit { .. } | Self::EarlyRefusal { .. })
    }
}
