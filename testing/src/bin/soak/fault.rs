use std::time::Duration;

use crate::random::Random;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Takes the mail and says so.
    None,
    /// Takes the mail and says so late.
    SlowResponse(Duration),
    /// Takes the mail and says nothing.
    Stall,
    /// Breaks off after the head.
    ResetAtHead,
    /// Breaks off after so many bytes of the body.
    ResetInBody(usize),
    /// Reads so many bytes of the body, pauses, and goes on as if nothing had happened.
    SlowRead(usize, Duration),
    /// Takes the mail and breaks off.
    ResetAfterBody,
    /// Takes the mail and sends a part of the response.
    CutResponse,
    /// Takes the mail and answers 500.
    ServerError,
    /// Reads the mail, does not take it, and answers 429.
    RateLimit { says_zero: bool },
    /// Answers 403 to the head, and reads on or closes.
    EarlyRefusal { reads_on: bool },
    /// Takes the mail, says so, and closes the connection a little later.
    CloseIdle(Duration),
    /// HTTP/2: refuses the stream.
    RefusedStream,
    /// HTTP/2: sends GOAWAY, then takes the mail and says so.
    GoAway,
    /// HTTP/2: sends GOAWAY and closes the connection with all its streams.
    AbruptGoAway,
}

impl Fault {
    /// For one request of a mail.
    pub(crate) fn choose(random: &mut Random, is_http2: bool) -> Self {
        let place = random.below(700) as usize;
        // Over HTTP/2 these end every stream of the connection.
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

    /// Whether a request that was read whole becomes a mail.
    pub(crate) fn takes_mail(self) -> bool {
        !matches!(self, Self::RateLimit { .. } | Self::EarlyRefusal { .. })
    }
}
